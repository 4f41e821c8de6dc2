// Models of other explorers, beside the one of this page: each makes its own
// reconstruction of the same image.

import {element, make, on} from './controls.js';
import {PIXELS, readModel} from './model.js';
import {show} from './pictures.js';

const KINDS = ['vanilla', 'sparse', 'convolutional', 'variational'];

/** Reads the model of another explorer's file. */
async function readFile(file) {
  const page = new DOMParser().parseFromString(await file.text(), 'text/html');
  try {
    const model = await readModel(
      JSON.parse(page.getElementById('data').textContent));
    // A file that has been changed may fail only here.
    model.decode(model.encode(new Float32Array(PIXELS)).latent);
    return model;
  } catch {
    throw new Error(`${file.name} is no explorer that this page can read.`);
  }
}

/** Starts the part of the page where models stand side by side. Returns a
 * function that has all of them reconstruct an image. */
export function startBeside(model) {
  const others = [];
  let image;

  /** Adds a model: a figure for its reconstructions. */
  function add(name, other) {
    const canvas = make('canvas', {class: 'ink'}), text = make('figcaption');
    element('models').append(make(
      'figure', {}, make('span', {class: 'tile'}, canvas), text));
    others.push({name, model: other, canvas, text});
  }

  /** Has all models reconstruct an image. */
  function showImage(shown) {
    image = shown;
    show(element('same'), image.pixels, image.name);
    element('sameName').textContent = image.name;
    for (const {name, model, canvas, text} of others) {
      const values = model.decode(model.encode(image.pixels).latent);
      const error = values.reduce((sum, value, index) =>
        sum + (value - image.pixels[index]) ** 2, 0) / values.length;
      text.textContent = `${name}: ${KINDS[model.task]}, ${model.size} ` +
        `numbers. Mean squared error ${error.toFixed(4)}`;
      show(canvas, values, `${image.name}, reconstructed by ${name}`);
    }
  }

  /** Adds the models of files. */
  async function addFiles(files) {
    element('wrong').textContent = '';
    for (const file of files) {
      try {
        add(file.name, await readFile(file));
        showImage(image);
      } catch (error) {
        element('wrong').textContent = error.message;
      }
    }
  }

  add('This page', model);
  on('files', 'change', (event) => addFiles(event.target.files));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    addFiles(event.dataTransfer.files);
  });
  return showImage;
}
