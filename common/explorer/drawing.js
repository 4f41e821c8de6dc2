// The field to draw in, and what the encoder gets of a drawing: an image as
// those of MNIST are.

import {initial, recall, remember} from './address.js';
import {clamp, element, on} from './controls.js';
import {PIXELS, SIDE} from './model.js';
import {picture, show} from './pictures.js';

// A digit of MNIST fits into 20 x 20 pixels; its pen is as wide as this, and
// its edge goes from ink to ground over SOFT pixels.
const BOX = 20, PEN = 2.4, SOFT = 1.6;
// Points this near to the last one are left out. A stroke has as many points
// as one byte can count, and a coordinate is kept in eighths of a pixel.
const NEAR = 0.3, MOST_POINTS = 255, EIGHTHS = 8;
// How many pixels of the field a pixel of the image has.
const ZOOM = 10;

/** How far a place is from the line between two others. */
function distance([x, y], [startX, startY], [endX, endY]) {
  const [wide, tall] = [endX - startX, endY - startY];
  const length = wide ** 2 + tall ** 2;
  const part = length && clamp(
    ((x - startX) * wide + (y - startY) * tall) / length, 0, 1);
  return Math.hypot(x - startX - part * wide, y - startY - part * tall);
}

/** Computes the pixels of strokes, which are lists of points. */
function pixelsOf(strokes) {
  return Float32Array.from({length: PIXELS}, (_, index) => {
    const place = [index % SIDE + 0.5, Math.floor(index / SIDE) + 0.5];
    const nearest = strokes.reduce((least, points) => points.reduce(
      (less, point, number) => Math.min(less, distance(
        place, points[Math.max(number - 1, 0)], point)), least), Infinity);
    return clamp((PEN / 2 + SOFT / 2 - nearest) / SOFT, 0, 1);
  });
}

/** Moves strokes, and scales them around a place. */
const moved = (strokes, [x, y], scale, [right, down]) => strokes.map(
  (points) => points.map((point) => [
    right + scale * (point[0] - x), down + scale * (point[1] - y)]));

/** Makes an image of strokes as MNIST's are made: its box scaled to 20 x 20
 * pixels, its centre of mass in the middle. */
export function normalise(strokes) {
  const [left, right, top, bottom] = [0, 1].flatMap((axis) => {
    const values = strokes.flat().map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
  const longest = Math.max(right - left, bottom - top);
  const scaled = moved(strokes, [(left + right) / 2, (top + bottom) / 2],
                       longest ? (BOX - PEN) / longest : 1,
                       [SIDE / 2, SIDE / 2]);
  const mass = [0, 0, 0];
  pixelsOf(scaled).forEach((value, index) => {
    mass[0] += value * (index % SIDE + 0.5);
    mass[1] += value * (Math.floor(index / SIDE) + 0.5);
    mass[2] += value;
  });
  return pixelsOf(moved(scaled, [mass[0] / mass[2], mass[1] / mass[2]], 1,
                        [SIDE / 2, SIDE / 2]));
}

/** Writes strokes as a text of the address. */
const pack = (strokes) => btoa(String.fromCharCode(...strokes.flatMap(
  (points) => [points.length, ...points.flat().map(
    (value) => EIGHTHS * value)])))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

/** Reads what pack has written; what no such text is gives no strokes. */
function unpack(text) {
  const strokes = [];
  try {
    const numbers = Array.from(atob(text.replace(/-/g, '+').replace(
      /_/g, '/')), (each) => each.charCodeAt(0) / EIGHTHS);
    while (numbers.length) {
      const length = EIGHTHS * numbers.shift();
      strokes.push(Array.from({length}, () => numbers.splice(0, 2)));
    }
  } catch {
    return [];
  }
  return strokes.every((points) => points.length &&
    points.every((point) => point.length === 2)) ? strokes : [];
}

/** Starts the field. It calls `changed` with an image, as model.item gives
 * it, when one is drawn. Returns a function that shows an image in it. */
export function startDrawing(model, changed) {
  const canvas = element('pad');
  // The image that is drawn over, if any, the strokes, and the pen.
  let below = null, strokes = [], pen = [SIDE / 2, SIDE / 2], isDown = false;

  /** Shows the field. */
  function draw() {
    canvas.width = canvas.height = ZOOM * SIDE;
    const context = canvas.getContext('2d');
    if (below) {
      context.imageSmoothingEnabled = false;
      context.drawImage(picture(below.pixels), 0, 0, canvas.width,
                        canvas.height);
    }
    context.scale(ZOOM, ZOOM);
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = PEN;
    context.beginPath();
    for (const points of strokes) {
      context.moveTo(...points[0]);
      points.forEach((point) => context.lineTo(...point));
    }
    context.stroke();
    if (document.activeElement === canvas && !isDown) {
      context.lineWidth = 0.3;
      context.beginPath();
      context.arc(...pen, PEN / 2, 0, 7);
      context.stroke();
    }
    const isEmpty = !below && !strokes.length;
    element('hint').hidden = !isEmpty;
    element('seen').hidden = !strokes.length;
    // A finger scrolls over an image, and draws where there is none.
    canvas.style.touchAction = below ? '' : 'none';
    canvas.setAttribute('aria-label', 'Field to draw in: ' + (
      isEmpty ? 'empty' : strokes.length ? 'your drawing' : below.name));
  }

  /** Has the encoder see what is drawn. */
  function tell() {
    draw();
    if (!strokes.length) {
      return;
    }
    const drawn = below ? pixelsOf(strokes) : normalise(strokes);
    const pixels = below ? drawn.map(
      (value, index) => Math.max(value, below.pixels[index])) : drawn;
    show(element('input'), pixels, 'What the encoder gets of your drawing');
    remember({strokes: pack(strokes), over: below && below.index});
    changed({pixels, name: below ? below.name + ', with your strokes' :
      'Your drawing', ...model.encode(pixels)});
  }

  /** Shows an image in the field. */
  function showImage(image) {
    [below, strokes] = [image, []];
    show(element('input'), image.pixels, image.name);
    remember({strokes: null, over: null});
    draw();
  }

  /** Begins a stroke, or goes on with it. */
  function ink(point, isNew) {
    // In the steps of the address, so that a reload shows the same.
    pen = point.map((value) =>
      Math.round(EIGHTHS * clamp(value, 0, SIDE)) / EIGHTHS);
    const points = strokes.at(-1);
    if (isNew) {
      strokes.push([pen]);
    } else if (Math.hypot(...pen.map((value, axis) =>
      value - points.at(-1)[axis])) > NEAR) {
      points.push(pen);
      if (points.length === MOST_POINTS) {
        strokes.push([pen]);
      }
    }
  }

  /** Where a pointer is, in pixels of the image. */
  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    return [SIDE * (event.clientX - box.left) / box.width,
            SIDE * (event.clientY - box.top) / box.height];
  }

  /** Clears the field. */
  function clear() {
    [below, strokes, isDown] = [null, [], false];
    remember({image: null, strokes: null, over: null});
    element('name').textContent = 'Nothing drawn yet';
    draw();
  }

  on('pad', 'pointerdown', (event) => {
    if (event.button === 0 && !(below && event.pointerType === 'touch')) {
      canvas.setPointerCapture(event.pointerId);
      isDown = true;
      ink(placeOf(event), true);
      tell();
    }
  });
  on('pad', 'pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) {
      [...event.getCoalescedEvents(), event].forEach(
        (each) => ink(placeOf(each)));
      tell();
    }
  });
  on('pad', 'lostpointercapture', () => {
    isDown = false;
  });
  on('pad', 'keydown', (event) => {
    const step = event.shiftKey ? 0.25 : 1;
    const way = {ArrowLeft: [-step, 0], ArrowRight: [step, 0],
                 ArrowUp: [0, -step], ArrowDown: [0, step]}[event.key];
    if (way) {
      const to = way.map((value, axis) =>
        clamp(pen[axis] + value, 0, SIDE));
      if (isDown) {
        ink(to);
      }
      pen = to;
    } else if (event.key === ' ') {
      isDown = !isDown;
      if (isDown) {
        ink(pen, true);
      }
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      clear();
    } else {
      return;
    }
    // Else the page would be scrolled.
    event.preventDefault();
    tell();
  });
  on('pad', 'focus', draw);
  on('pad', 'blur', () => {
    isDown = false;
    draw();
  });
  on('clear', 'click', () => {
    clear();
    canvas.focus();
  });

  /** Draws again what the address said when the page was opened. */
  function restore() {
    strokes = unpack(initial.strokes || '');
    if (strokes.length) {
      const over = recall('over', 0, model.count - 1, null);
      below = over === null ? null : model.item(Math.floor(over));
    }
    tell();
  }

  return {showImage, restore};
}
