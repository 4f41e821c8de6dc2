// Starts the page: reads the model, and shows the view of its task.

import {element, on} from './controls.js';
import {readModel} from './model.js';
import {savePicture} from './pictures.js';
import {startBeside} from './beside.js';
import {startFilm} from './film.js';
import {startPlane} from './plane.js';
import {startValues} from './values.js';

/** Shows only what is for this task: of the templates, then of the rest. */
function choose(task) {
  for (const kind of ['template', '[data-tasks]']) {
    for (const each of document.querySelectorAll(kind)) {
      const stays = each.dataset.tasks.includes(task);
      each.replaceWith(stays ? each.content || each : '');
    }
  }
}

/** Starts the page. */
async function start() {
  const model = await readModel(JSON.parse(element('data').textContent));
  choose(String(model.task));
  const showBeside = startBeside(model);
  const showFrame = (model.isVariational ? startPlane : startValues)(
    model, (image) => {
      model.image = image;
      showBeside(image);
    });
  startFilm(model, showFrame);
  on('save', 'click', () => savePicture(`${model.task}-explorer.png`));
  // For those who try it in the console:
  // explorer.decode(explorer.encode(explorer.image.pixels).latent).
  window.explorer = model;
}

start().catch((error) => {
  element('failed').hidden = false;
  throw error;
});
