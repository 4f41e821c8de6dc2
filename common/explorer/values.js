// The view of tasks 0 to 2: a latent of many values, each to be pulled.

import {initial, newSeed, randomOf, recall, remember} from './address.js';
import {choice, clamp, element, make, on, setRange, stopAt}
  from './controls.js';
import {startDrawing} from './drawing.js';
import {mix, PIXELS, row, STEPS} from './model.js';
import {picture, show, showRow} from './pictures.js';

// How many test images are offered, and how many are in the film.
const OFFERED = 20, FILMED = 10;

/** Starts the view. It calls `shown` with each image that is picked or drawn.
 * Returns a function that shows a frame of the film. */
export function startValues(model, shown) {
  const {size, shape, count, latents} = model;
  const maps = shape.length > 1 ? shape[2] : 0;
  const most = latents.reduce((most, value) => Math.max(most, value), 1e-6);
  const changed = new Map();
  const offered = Math.min(OFFERED, count);
  // The image, whose latent it is unless a seed of a random one is set; the
  // second image; and the value that the keys and the slider pull.
  let image, seed = null, latent, second, chosen = 0;

  /** Says whose latent is decoded. */
  function origin() {
    const values = changed.size === 1 ? '1 value' : `${changed.size} values`;
    return (seed === null ? image.name : 'A random latent') +
      (changed.size ? `, ${values} changed` : '');
  }

  /** Shows the value that is pulled. */
  function tellValue() {
    const value = latent[chosen];
    element('value').textContent = `Value ${chosen + 1}: ${value.toFixed(2)}` +
      (value === 0 ? ' (zero)' : '');
    setRange('pull', clamp(value / most, 0, 1), value.toFixed(2));
    sliders.forEach((each, index) =>
      each.classList.toggle('chosen', index === chosen));
    stopAt(order, sliders[chosen]);
  }

  /** Shows all that follows from the latent and the images. */
  function update() {
    sliders.forEach((slider, index) => {
      const value = latent[index], part = clamp(value / most, 0, 1);
      slider.setAttribute('aria-valuenow', value.toFixed(2));
      slider.setAttribute('aria-valuetext', value.toFixed(2) +
        (value === 0 ? ', zero' : ''));
      slider.classList.toggle('zero', value === 0);
      // The eye tells small values apart better on a curve.
      slider.style.setProperty('--part', maps ? Math.sqrt(part) : part);
    });
    tellValue();
    const zeros = latent.filter((value) => value === 0).length;
    element('zeros').textContent = `${zeros} of ${size} values are zero.`;
    element('name').textContent = image.name;
    element('from').textContent = origin();
    show(element('reconstruction'), model.decode(latent),
         `Decoded from: ${origin()}`);
    element('source').classList.toggle('aside', seed !== null);
    updateMixture();
    remember({
      random: seed, values: changed.size ? [...changed].map(([index, value]) =>
        `${index + 1}:${value.toFixed(3)}`).join(' ') : null});
  }

  /** Shows the mixtures with the second image. */
  function updateMixture() {
    const part = element('step').valueAsNumber;
    const mixtures = [(part) => model.decode(mix(latent, second.latent, part)),
                      (part) => mix(image.pixels, second.pixels, part)];
    const percent = `${Math.round(100 * part)} % of the second image`;
    setRange('step', part, percent);
    element('part').textContent = percent;
    const names = `${origin()}, mixed with ${second.name}: `;
    show(element('latents'), mixtures[0](part), names + 'latents, ' + percent);
    show(element('pixels'), mixtures[1](part), names + 'pixels, ' + percent);
    showRow('walk', STEPS.map(mixtures[0]), names + 'latents, in nine steps');
    showRow('fade', STEPS.map(mixtures[1]), names + 'pixels, in nine steps');
  }

  /** Goes back to the latent of the image. */
  function reset() {
    seed = null;
    latent = image.latent.slice();
    changed.clear();
    update();
  }

  /** Makes a latent of which every value is that of another image. */
  function randomise(newest) {
    seed = newest;
    const random = randomOf(seed);
    latent = latent.map((_, index) =>
      latents[Math.floor(count * random()) * size + index]);
    changed.clear();
    update();
  }

  /** Pulls the chosen value to a part of the largest. */
  function pull(part) {
    latent[chosen] = clamp(part, 0, 1) * most;
    changed.set(chosen, latent[chosen]);
    update();
  }

  /** Pulls the value under a pointer to where that is. */
  function follow(event) {
    const box = sliders[chosen].getBoundingClientRect();
    pull((box.bottom - event.clientY) / box.height);
  }

  /** Makes a slider for a latent value, in its map if there are any. */
  function makeSlider(_, index) {
    const slider = make('div', {
      class: 'value', role: 'slider', 'aria-label': `Value ${index + 1}`,
      'aria-orientation': 'vertical', 'aria-valuemin': 0,
      'aria-valuemax': most.toFixed(2)});
    slider.addEventListener('pointerdown', (event) => {
      chosen = index;
      tellValue();
      // A finger only chooses: its moves scroll the page.
      if (event.pointerType !== 'touch') {
        slider.setPointerCapture(event.pointerId);
        follow(event);
      }
    });
    slider.addEventListener('pointermove', (event) => {
      if (slider.hasPointerCapture(event.pointerId) &&
          event.pointerType !== 'touch') {
        follow(event);
      }
    });
    element('sliders').children[maps ? index % maps : 0].append(slider);
    return slider;
  }

  /** Changes values, and goes from one to the next, by keys. */
  function obey(event) {
    const from = order.indexOf(sliders[chosen]);
    const to = {ArrowLeft: from - 1, ArrowRight: from + 1}[event.key];
    const part = latent[chosen] / most;
    const parts = {ArrowUp: part + 0.02, ArrowDown: part - 0.02,
                   PageUp: part + 0.1, PageDown: part - 0.1,
                   Home: 0, End: 1};
    if (to !== undefined) {
      chosen = sliders.indexOf(order.at(to % order.length));
      tellValue();
      sliders[chosen].focus();
    } else if (event.key in parts) {
      pull(parts[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Shows an image that was picked or drawn, and its latent. */
  function pick(newest) {
    image = newest;
    chooseFirst(image.index);
    reset();
    shown(image);
  }

  /** Lists the images that are offered, for a choice. */
  const options = () => Array.from({length: offered}, (_, index) => {
    const {name, pixels} = model.item(index);
    return {value: index, name, children: [picture(pixels)]};
  });

  const columns = shape[1] || size;
  element('sliders').className = maps ? 'maps' : 'bars';
  element('sliders').style.setProperty('--columns', columns);
  element('sliders').append(...Array.from({length: maps || 1}, (_, index) =>
    make('div', maps ? {role: 'group', 'aria-label': `Map ${index + 1}`} :
      {})));
  const sliders = Array.from({length: size}, makeSlider);
  // As they stand on the page: map after map.
  const order = [...element('sliders').querySelectorAll('.value')];
  const chooseFirst = choice('first', options(), (index) => {
    remember({image: index});
    drawing.showImage(model.item(index));
    pick(model.item(index));
  });
  const chooseSecond = choice('second', options(), (index) => {
    second = model.item(index);
    remember({second: index});
    updateMixture();
  });
  const drawing = startDrawing(model, pick);
  on('sliders', 'keydown', obey);
  on('pull', 'input', (event) => pull(event.target.valueAsNumber));
  on('reset', 'click', reset);
  on('random', 'click', () => randomise(newSeed()));
  on('step', 'input', (event) => {
    remember({part: event.target.value});
    updateMixture();
  });

  // What the address says.
  second = model.item(Math.floor(recall(
    'second', 0, offered - 1, Math.min(1, count - 1))));
  chooseSecond(second.index);
  element('step').value = recall('part', 0, 1, 0.5);
  const first = model.item(Math.floor(recall('image', 0, offered - 1, 0)));
  drawing.showImage(first);
  pick(first);
  drawing.restore();
  if (initial.random) {
    randomise(recall('random', 0, 2 ** 31, 0));
  }
  for (const [index, value] of (initial.values || '').split(' ').map(
    (each) => each.split(':').map(Number))) {
    if (index >= 1 && index <= size && value >= 0) {
      chosen = Math.floor(index) - 1;
      pull(value / most);
    }
  }

  const pictures = model.film && new Uint8Array(model.film.frames);
  const filmed = Math.min(FILMED, count);
  if (pictures) {
    showRow('inputs', Array.from({length: filmed}, (_, index) =>
      model.item(index).pixels), 'The first test images');
  }
  return (frame) => {
    const at = frame ?? model.film.epochs.length - 1;
    showRow('outputs', Array.from({length: filmed}, (_, index) =>
      Array.from(row(pictures, at * filmed + index, PIXELS),
                 (value) => value / 255)),
    'Their reconstructions at this epoch');
  };
}
