'use strict';
// The program of N-explorer.html, which common/explorer.py writes: the data,
// the decoder, pictures; then the two views, for task 3 and for the others.

const SIDE = 28, PIXELS = SIDE * SIDE;
const PARTS = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => step / 8);

// ---- The data ----

/** Decodes base64 text: returns an ArrayBuffer. */
function bytes(text) {
  const binary = atob(text), array = new Uint8Array(binary.length);
  for (let i = 0; i < array.length; i++) {
    array[i] = binary.charCodeAt(i);
  }
  return array.buffer;
}

/** Decodes base64 text of 32-bit floats: returns a Float32Array. */
const floats = (text) => new Float32Array(bytes(text || ''));

/** Takes one row out of an array of rows of a size, as a view. */
const row = (array, index, size) =>
  array.subarray(index * size, (index + 1) * size);

/** Gives a layer its numbers: integers times the scale of their output. */
function readLayer(layer) {
  const integers = new Int16Array(bytes(layer.kernel || ''));
  const scales = floats(layer.scales);
  return {
    ...layer, bias: floats(layer.bias),
    kernel: Float32Array.from(integers, (integer, index) =>
      integer * scales[index % scales.length]),
  };
}

const data = JSON.parse(document.getElementById('data').textContent);
const layers = data.layers.map(readLayer);
const images = Float32Array.from(new Uint8Array(bytes(data.images)),
                                 (value) => value / 255);
const count = images.length / PIXELS;
const colours = new Map(data.colours || []);
// How many numbers a latent has.
const size = data.shape.reduce((product, length) => product * length);
// Of a variational autoencoder an image's place is its mean.
const latents = floats(data.latent || data.mean);
const deviations = floats(data.log_var).map((value) => Math.exp(value / 2));

/** The pixels of a test image. */
const imageOf = (index) => row(images, index, PIXELS);

/** The latent of a test image; of a variational autoencoder its mean. */
const latentOf = (index) => row(latents, index, size);

// ---- The decoder ----

// What each type of layer makes of {values, height, width, depth}.
const COMPUTE = {Dense: dense, Conv2D: convolve, UpSampling2D: upsample};

/** Computes a Dense layer before its activation. */
function dense(layer, input) {
  const values = layer.bias.slice(), outputs = values.length;
  input.values.forEach((value, index) => {
    // Most values are zero after a relu.
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

/** Computes what decoder.predict gives for one latent: 784 values. */
function decode(latent) {
  const [height, width, depth] = [1, 1, ...data.shape].slice(-3);
  let output = {values: Float32Array.from(latent), height, width, depth};
  for (const layer of layers) {
    output = COMPUTE[layer.type](layer, output);
    if (layer.activation === 'relu') {
      output.values = output.values.map((value) => Math.max(value, 0));
    } else if (layer.activation === 'sigmoid') {
      output.values = output.values.map((value) => 1 / (1 + Math.exp(-value)));
    }
  }
  return output.values;
}

/** Mixes two arrays: part 0 is the first, part 1 the second. */
const mix = (first, second, part) =>
  first.map((value, index) => value + part * (second[index] - value));

// ---- Pictures, and what both views share ----

/** Finds the element of an id. */
const element = (id) => document.getElementById(id);

/** Draws pictures of 784 values side by side, in rows of equal length. */
function show(canvas, ...rows) {
  const gap = rows[0].length > 1 ? 2 : 0;
  canvas.width = rows[0].length * (SIDE + gap) - gap;
  canvas.height = rows.length * (SIDE + gap) - gap;
  const context = canvas.getContext('2d');
  rows.forEach((pictures, y) => pictures.forEach((values, x) => {
    const picture = new ImageData(SIDE, SIDE);
    values.forEach((value, index) => picture.data.set(
      [255 * value, 255 * value, 255 * value, 255], 4 * index));
    context.putImageData(picture, x * (SIDE + gap), y * (SIDE + gap));
  }));
}

/** Decodes, draws and says how long the decoding took. */
function showDecoded(canvas, latent) {
  const start = performance.now(), values = decode(latent);
  element('time').textContent = (performance.now() - start).toFixed(1);
  show(canvas, [values]);
}

/** Names what a test image shows, if that is known. */
const nameOf = (index) => data.labels ? `, a ${data.labels[index]}` : '';

/** Shows a test image and its label, and a reconstruction. */
function showPicked(index, latent) {
  show(element('input'), [imageOf(index)]);
  element('label').textContent = nameOf(index);
  showDecoded(element('reconstruction'), latent);
}

/** Writes numbers with two digits after the point. */
const write = (values) => Array.from(values, (x) => x.toFixed(2)).join(', ');

/** Shows which of the buttons in an element is pressed, if any. */
function press(id, button) {
  for (const each of element(id).children) {
    each.setAttribute('aria-pressed', each === button);
  }
}

/** Has a function called at an event of the element of an id. */
const on = (id, type, act) => element(id).addEventListener(type, act);

// ---- Task 3: the plane ----

/** Starts the view of a latent space of two dimensions. */
function startPlane() {
  const canvas = element('plane'), margin = 34;
  // The points are drawn once, and copied below what moves.
  const points = document.createElement('canvas');
  const limit = latents.reduce((most, value) =>
    Math.max(most, Math.abs(value) + 0.2), 3.2);
  // What is shown: the place under the pointer, the last two picks A and B,
  // draws from the prior, the labels, and the only one in colour, if any.
  let here = latentOf(0), ends = [0, 0], draws = [], notes = [], only = null;

  /** The length in pixels of a length in the latent space. */
  const scale = () => (canvas.clientWidth - margin) / 2 / limit;

  /** Where a latent is on the canvas. */
  const place = ([x, y]) =>
    [margin + scale() * (x + limit), scale() * (limit - y)];

  /** Prepares one of the canvases for drawing in CSS pixels. */
  function prepare(each) {
    const ratio = window.devicePixelRatio;
    each.width = Math.round(canvas.clientWidth * ratio);
    each.height = Math.round(canvas.clientHeight * ratio);
    const context = each.getContext('2d');
    context.scale(ratio, ratio);
    context.textAlign = 'center';
    return context;
  }

  /** Writes a text on a white ground, so that it can be read on points. */
  function note(context, {text, colour, at: [x, y]}) {
    const width = context.measureText(text).width + 8;
    context.fillStyle = '#ffffff';
    context.strokeStyle = colour;
    context.fillRect(x - width / 2, y - 10, width, 20);
    context.strokeRect(x - width / 2, y - 10, width, 20);
    context.fillStyle = '#000000';
    context.fillText(text, x, y + 5);
  }

  /** Finds a place for each label: the median of its points, or near it. */
  function placeLabels() {
    notes = [...colours].map(([kind, colour]) => {
      const middle = [0, 1].map((axis) => latents.filter((_, index) =>
        index % 2 === axis && data.labels[index >> 1] === kind).sort())
        .map((values) => values[values.length >> 1]);
      return {text: String(kind), colour, at: place(middle)};
    });
    // Those too near to each other are pushed apart, a little at a time.
    for (let round = 0; round < 100; round++) {
      notes.forEach(({at}) => notes.forEach((other) => {
        const [x, y] = at.map((value, axis) => value - other.at[axis]);
        if (at !== other.at && Math.hypot(x, y) < 26) {
          [at[0], at[1]] = [at[0] + x / 20, at[1] + y / 20 + 0.1];
        }
      }));
    }
  }

  /** Draws axes, points and the prior, which stay as they are. */
  function drawPoints() {
    const context = prepare(points), edge = canvas.clientWidth - margin;
    context.font = '13px system-ui, sans-serif';
    context.fillStyle = '#333333';
    for (let tick = -Math.floor(limit); tick <= limit; tick++) {
      const [x, y] = place([tick, tick]);
      context.fillText(tick, x, edge + 15);
      context.fillText(tick, margin - 10, y + 4);
    }
    context.fillText('first latent value', margin + edge / 2, edge + 30);
    context.rotate(-Math.PI / 2);
    context.fillText('second latent value', -edge / 2, 13);
    context.rotate(Math.PI / 2);
    for (let index = 0; index < count; index++) {
      const label = data.labels && data.labels[index];
      const dimmed = only !== null && only !== label;
      context.fillStyle = dimmed ? '#cccccc' : colours.get(label) || '#000000';
      context.beginPath();
      context.arc(...place(latentOf(index)), dimmed ? 1.5 : 2.3, 0, 7);
      context.fill();
    }
    context.setLineDash([6, 4]);
    context.strokeStyle = '#000000';
    for (const radius of [1, 2, 3]) {
      context.beginPath();
      context.arc(...place([0, 0]), radius * scale(), 0, 7);
      context.stroke();
    }
    placeLabels();
    draw();
  }

  /** Draws what moves over the points. */
  function draw() {
    const context = prepare(canvas), lines = new Path2D();
    context.drawImage(points, 0, 0, canvas.clientWidth, canvas.clientHeight);
    for (const [x, y] of draws.map(place)) {
      lines.rect(x - 4, y - 4, 8, 8);
    }
    const [start, end] = ends.map((index) => place(latentOf(index)));
    lines.moveTo(...start);
    lines.lineTo(...end);
    for (const times of [1, 2]) {
      const [x, y] = row(deviations, ends[1], 2);
      lines.moveTo(end[0] + times * x * scale(), end[1]);
      lines.ellipse(...end, times * x * scale(), times * y * scale(), 0, 0, 7);
    }
    // A cross that leaves its middle free.
    const [x, y] = place(here);
    for (const [right, down] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      lines.moveTo(x + 10 * right, y + 10 * down);
      lines.lineTo(x + 20 * right, y + 20 * down);
    }
    // White below black shows on points of every colour.
    for (const [width, colour] of [[4, '#ffffff'], [1.5, '#000000']]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke(lines);
    }
    context.font = 'bold 15px system-ui, sans-serif';
    const written = [...notes];
    [start, end].forEach(([x, y], index) => {
      // Beside the point, where no other text is near.
      const free = (at) => Math.min(30, ...written.map((other) =>
        Math.hypot(at[0] - other.at[0], at[1] - other.at[1])));
      const [at] = [[x + 24, y], [x - 24, y], [x, y + 30], [x, y - 30]]
        .sort((one, other) => free(other) - free(one));
      written.push({text: 'AB'[index], colour: '#000000', at});
    });
    written.forEach((each) => note(context, each));
  }

  /** Decodes another place. */
  function move(latent) {
    here = latent.map((value) => Math.max(-limit, Math.min(limit, value)));
    showDecoded(element('here'), here);
    element('place').textContent = write(here);
    draw();
  }

  /** Decodes the place of a pointer. */
  function follow(event) {
    const box = canvas.getBoundingClientRect();
    move([(event.clientX - box.left - 1 - margin) / scale() - limit,
          limit - (event.clientY - box.top - 1) / scale()]);
  }

  /** Picks the test image nearest to the place, which becomes B. */
  function pick() {
    const far = (index) => Math.hypot(latents[2 * index] - here[0],
                                      latents[2 * index + 1] - here[1]);
    const nearest = Array.from({length: count}, (_, index) => index)
      .filter((index) => only === null || data.labels[index] === only)
      .reduce((best, index) => far(index) < far(best) ? index : best);
    ends = [ends[1], nearest];
    const [start, end] = ends.map(latentOf);
    showPicked(nearest, end);
    element('picked').textContent = `B has the mean ${write(end)} and the ` +
      `deviation ${write(row(deviations, nearest, 2))}.`;
    show(element('walk'), PARTS.map((part) => decode(mix(start, end, part))));
    element('step').value = 1;
    draw();
  }

  /** Draws from the prior, and decodes. */
  function drawFromPrior() {
    draws = Array.from({length: 10}, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
      const angle = 2 * Math.PI * Math.random();
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    show(element('draws'), draws.map(decode));
    draw();
  }

  /** Moves or picks by keys. */
  function obey(event) {
    const step = event.shiftKey ? 0.02 : 0.2;
    const way = {ArrowLeft: [-step, 0], ArrowRight: [step, 0],
                 ArrowUp: [0, step], ArrowDown: [0, -step]}[event.key];
    if (way) {
      // Else the page would be scrolled.
      event.preventDefault();
      move(way.map((value, axis) => here[axis] + value));
    } else if (event.key === 'Enter') {
      pick();
    }
  }

  for (const [kind, colour] of colours) {
    const button = document.createElement('button');
    button.innerHTML = `<span style="background: ${colour}"></span>${kind}`;
    button.addEventListener('click', () => {
      only = only === kind ? null : kind;
      press('legend', only === kind && button);
      drawPoints();
    });
    element('legend').append(button);
  }
  on('plane', 'pointerdown', follow);
  on('plane', 'pointermove', follow);
  on('plane', 'click', pick);
  on('plane', 'keydown', obey);
  on('draw', 'click', drawFromPrior);
  on('step', 'input', (event) =>
    move(mix(...ends.map(latentOf), event.target.valueAsNumber)));
  new ResizeObserver(drawPoints).observe(canvas);
  [0, Math.min(3, count - 1)].map(latentOf).forEach((latent) => {
    move(latent);
    pick();
  });
  drawFromPrior();
}

// ---- Tasks 0 to 2: the latent values ----

/** Starts the view of latents of many values. */
function startValues() {
  const most = latents.reduce((most, value) => Math.max(most, value), 1e-6);
  const maps = data.shape.length > 1 ? data.shape[2] : 0;
  let first = 0, second = Math.min(1, count - 1), latent;

  /** Shows all that follows from the latent and the images. */
  function update() {
    sliders.forEach((slider, index) => {
      const part = Math.min(1, latent[index] / most);
      slider.value = 100 * part;
      slider.className = latent[index] === 0 ? 'zero' : '';
      // The eye tells dark greys apart better on a curve.
      slider.style.setProperty('--part', maps ? Math.sqrt(part) : part);
    });
    element('zeros').textContent = latent.filter((value) => !value).length;
    showPicked(first, latent);
    const mixtures = [(part) => decode(mix(latent, latentOf(second), part)),
                      (part) => mix(imageOf(first), imageOf(second), part)];
    const part = Number(element('step').value);
    element('part').textContent = Math.round(100 * part);
    show(element('latents'), [mixtures[0](part)]);
    show(element('pixels'), [mixtures[1](part)]);
    show(element('walk'), ...mixtures.map((mixture) => PARTS.map(mixture)));
  }

  /** Makes a slider for a latent value, in its map if there are any. */
  function makeSlider(_, index) {
    const slider = document.createElement('input');
    slider.type = 'range';
    slider.setAttribute('aria-label', `Latent value ${index + 1}`);
    slider.addEventListener('input', () => {
      latent[index] = slider.value / 100 * most;
      element('value').textContent =
        `Value ${index + 1} is ${latent[index].toFixed(2)} now.`;
      update();
    });
    element('sliders').children[maps ? index % maps : 0].append(slider);
    return slider;
  }

  /** Offers the first twenty test images as buttons. */
  function offer(id, pressed, act) {
    for (let index = 0; index < Math.min(20, count); index++) {
      const button = document.createElement('button');
      const picture = document.createElement('canvas');
      picture.className = 'digit';
      show(picture, [imageOf(index)]);
      button.append(picture);
      button.setAttribute('aria-label', 'Test image' + nameOf(index));
      button.addEventListener('click', () => {
        press(id, button);
        act(index);
      });
      element(id).append(button);
    }
    press(id, element(id).children[pressed]);
  }

  /** Picks an image as the first. */
  function pick(index) {
    first = index;
    latent = latentOf(first).slice();
    element('value').textContent = '';
    update();
  }

  const parent = `<div style="--columns: ${data.shape[1] || size}"></div>`;
  element('sliders').className = maps ? 'maps' : 'bars';
  element('sliders').innerHTML = parent.repeat(maps || 1);
  const sliders = Array.from({length: size}, makeSlider);
  on('reset', 'click', () => pick(first));
  on('random', 'click', () => {
    latent = latent.map((_, index) =>
      latentOf(Math.floor(Math.random() * count))[index]);
    update();
  });
  on('step', 'input', update);
  offer('first', first, pick);
  offer('second', second, (index) => {
    second = index;
    update();
  });
  element('size').textContent = size;
  pick(first);
}

// Only what is for this task stays.
for (const kind of ['template', '[data-tasks]']) {
  for (const each of document.querySelectorAll(kind)) {
    const stays = each.dataset.tasks.includes(document.title.slice(-1));
    each.replaceWith(stays ? each.content || each : '');
  }
}
(data.mean ? startPlane : startValues)();
