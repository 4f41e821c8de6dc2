// The film of the training: a slider over the epochs, and the losses.

import {recall, remember} from './address.js';
import {element, on, setRange} from './controls.js';

// Milliseconds that a frame is shown, and the size of the curve.
const LONG = 350, WIDTH = 300, HEIGHT = 60;

/** Starts the film of a model. It calls `showFrame` with the number of a
 * frame, and null at the last: what is trained. */
export function startFilm(model, showFrame) {
  if (!model.film || model.film.epochs.length < 2) {
    element('film').remove();
    return;
  }
  const {epochs} = model.film, last = epochs.length - 1;
  const {val_loss: losses} = model.losses;
  const known = losses.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const mean = model.isVariational ? 'nats per image' : 'nats per pixel';
  let timer = null;

  /** Where an epoch is on the curve; the first take as much room as many. */
  const placeOf = (epoch, loss) => [
    WIDTH * Math.log(epoch + 1) / Math.log(losses.length + 1),
    HEIGHT * (1 - (loss - least) / (most - least || 1))];

  /** Shows a frame. */
  function show(number) {
    const epoch = epochs[number], loss = losses[epoch - 1];
    const told = !epoch ? 'Before the first epoch' :
      `Epoch ${epoch} of ${losses.length}` + (
        loss ? `: loss ${loss.toPrecision(4)} ${mean}` : '');
    setRange('frame', number, told);
    element('epoch').textContent = told;
    const [x, y] = placeOf(epoch, loss || most);
    element('mark').setAttribute('transform', `translate(${x} ${y})`);
    remember({frame: number === last ? null : number});
    showFrame(number === last ? null : number);
  }

  /** Stops, or plays from the beginning, or from where it was stopped. */
  function play() {
    const isPlaying = timer !== null;
    clearInterval(timer);
    timer = null;
    element('play').textContent = isPlaying ? 'Play' : 'Pause';
    if (isPlaying) {
      return;
    }
    let number = element('frame').valueAsNumber % last;
    show(number);
    timer = setInterval(() => {
      number++;
      show(number);
      if (number === last) {
        play();
      }
    }, LONG);
  }

  element('frame').max = last;
  element('curve').setAttribute('viewBox',
                                `-6 -6 ${WIDTH + 12} ${HEIGHT + 12}`);
  element('curve').setAttribute(
    'aria-label', `Loss of the test images after each of ${losses.length} ` +
    `epochs, from ${losses[0]} to ${losses.at(-1)} ${mean}`);
  element('line').setAttribute('points', losses.map((loss, index) =>
    placeOf(index + 1, loss ?? most)).join(' '));
  on('frame', 'input', () => {
    if (timer !== null) {
      play();
    }
    show(element('frame').valueAsNumber);
  });
  on('play', 'click', play);
  show(Math.round(recall('frame', 0, last, last)));
}
