// A trained model: read from the data of a page, computed layer by layer.

export const SIDE = 28, PIXELS = SIDE * SIDE;

/** Decodes base64 text of a compressed array: resolves to an ArrayBuffer. */
async function bytes(text) {
  const packed = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(
    new DecompressionStream('deflate'))).arrayBuffer();
}

/** Decodes 32-bit floats; of no text there are none. */
const floats = async (text) =>
  new Float32Array(text ? await bytes(text) : 0);

/** Takes one row out of an array of rows of a size, as a view. */
export const row = (array, index, size) =>
  array.subarray(index * size, (index + 1) * size);

/** Mixes two arrays: part 0 is the first, part 1 the second. */
export const mix = (first, second, part) =>
  first.map((value, index) => value + part * (second[index] - value));

// The parts at which a way between two is shown.
export const STEPS = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => step / 8);

/** Gives a layer its numbers: integers times the scale of their output. */
async function readLayer(layer) {
  if (!layer.kernel) {
    return layer;
  }
  const integers = new Int16Array(await bytes(layer.kernel));
  const scales = await floats(layer.scales), bias = await floats(layer.bias);
  const kernel = Float32Array.from(integers, (integer, index) =>
    integer * scales[index % scales.length]);
  return {...layer, kernel, bias};
}

// What each type of layer makes of {values, height, width, depth}.
const COMPUTE = {Dense: dense, Conv2D: convolve, MaxPooling2D: pool,
                 UpSampling2D: upsample};
const ACTIVATIONS = {relu: (value) => Math.max(value, 0),
                     sigmoid: (value) => 1 / (1 + Math.exp(-value))};

/** Computes a Dense layer before its activation. */
function dense(layer, input) {
  const values = layer.bias.slice(), outputs = values.length;
  input.values.forEach((value, index) => {
    // Most values are zero after a relu, and most pixels are.
    if (value !== 0) {
      const weights = row(layer.kernel, index, outputs);
      for (let i = 0; i < outputs; i++) {
        values[i] += value * weights[i];
      }
    }
  });
  return {values, height: 1, width: 1, depth: outputs};
}

/** Computes a Conv2D layer of stride 1 before its activation. */
function convolve(layer, input) {
  const [rows, columns, depth, filters] = layer.shape, {kernel} = layer;
  // How far the kernel reaches over the edge.
  const [top, left] = layer.padding === 'same' ?
    [(rows - 1) >> 1, (columns - 1) >> 1] : [0, 0];
  const height = input.height + 2 * top - rows + 1;
  const width = input.width + 2 * left - columns + 1;
  const values = new Float32Array(height * width * filters);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const output = row(values, y * width + x, filters);
      output.set(layer.bias);
      for (let i = 0; i < rows * columns; i++) {
        const fromY = y - top + Math.floor(i / columns);
        const fromX = x - left + i % columns;
        if (fromY >= 0 && fromY < input.height &&
            fromX >= 0 && fromX < input.width) {
          const from = (fromY * input.width + fromX) * depth;
          for (let j = 0, at = i * depth * filters; j < depth; j++) {
            for (let k = 0; k < filters; k++, at++) {
              output[k] += input.values[from + j] * kernel[at];
            }
          }
        }
      }
    }
  }
  return {values, height, width, depth: filters};
}

/** Computes a MaxPooling2D layer of same padding: the largest of a field. */
function pool(layer, input) {
  const [tall, wide] = layer.pool_size, {depth} = input;
  const height = Math.ceil(input.height / tall);
  const width = Math.ceil(input.width / wide);
  // What is missing to whole fields is half before, half behind.
  const [top, left] = [(height * tall - input.height) >> 1,
                       (width * wide - input.width) >> 1];
  const values = new Float32Array(height * width * depth).fill(-Infinity);
  for (let y = 0; y < input.height; y++) {
    for (let x = 0; x < input.width; x++) {
      const to = depth * (Math.floor((y + top) / tall) * width +
                          Math.floor((x + left) / wide));
      row(input.values, y * input.width + x, depth).forEach((value, k) => {
        values[to + k] = Math.max(values[to + k], value);
      });
    }
  }
  return {values, height, width, depth};
}

/** Repeats rows and columns. */
function upsample(layer, input) {
  const [tall, wide] = layer.size, depth = input.depth;
  const height = input.height * tall, width = input.width * wide;
  const values = new Float32Array(height * width * depth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = Math.floor(y / tall) * input.width + Math.floor(x / wide);
      values.set(row(input.values, from, depth), (y * width + x) * depth);
    }
  }
  return {values, height, width, depth};
}

/** Computes layers one after the other: their last output. */
function compute(layers, output) {
  for (const layer of layers) {
    output = COMPUTE[layer.type](layer, output);
    const activate = ACTIVATIONS[layer.activation];
    if (activate) {
      output.values = output.values.map(activate);
    }
  }
  return output;
}

/** Reads a model, and what is shown with it, from the data of a page. */
export async function readModel(data) {
  const [encoder, decoder] = await Promise.all(
    [data.encoder, data.decoder].map(
      (layers) => Promise.all(layers.map(readLayer))));
  const images = data.images && Float32Array.from(
    new Uint8Array(await bytes(data.images)), (value) => value / 255);
  const latents = await floats(data.latent || data.mean);
  const deviations = (await floats(data.log_var)).map(
    (value) => Math.exp(value / 2));
  // How many numbers a latent has.
  const size = data.shape.reduce((product, length) => product * length);
  const [height, width, depth] = [1, 1, ...data.shape].slice(-3);
  const convolves = encoder[0].type === 'Conv2D';

  /** Computes what encoder.predict gives for an image: {latent, deviation}.
   * Of a variational autoencoder the latent is the mean. */
  function encode(values) {
    const input = {values, ...convolves ?
      {height: SIDE, width: SIDE, depth: 1} :
      {height: 1, width: 1, depth: PIXELS}};
    if (!data.mean) {
      return {latent: compute(encoder, input).values};
    }
    const hidden = compute(encoder.slice(0, -2), input);
    const [mean, logVar] = encoder.slice(-2).map(
      (layer) => dense(layer, hidden).values);
    return {latent: mean,
            deviation: logVar.map((value) => Math.exp(value / 2))};
  }

  /** Computes what decoder.predict gives for a latent: 784 values. */
  const decode = (latent) => compute(decoder, {
    values: Float32Array.from(latent), height, width, depth}).values;

  /** A test image: its pixels, latent and deviation, as predict gave them. */
  function item(index) {
    const label = data.labels ? `, label ${data.labels[index]}` : '';
    return {
      index, name: `Test image ${index + 1}${label}`,
      pixels: row(images, index, PIXELS), latent: row(latents, index, size),
      deviation: row(deviations, index, size),
    };
  }

  const film = data.film && {...data.film, frames: await bytes(
    data.film.frames)};
  return {
    task: data.task, shape: data.shape, size, latents, encode, decode, item,
    count: images.length / PIXELS, labels: data.labels, film,
    losses: data.losses, colours: new Map(data.colours || []),
    isVariational: Boolean(data.mean),
  };
}
