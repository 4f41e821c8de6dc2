// Pictures of 784 values: ink on the ground of the page, dark on light or
// light on dark as its reader prefers (style.css turns it), with a name.

import {element, make} from './controls.js';
import {SIDE} from './model.js';

/** Draws a picture, with a name for those who cannot see it. */
export function show(canvas, values, name) {
  canvas.width = canvas.height = SIDE;
  const picture = new ImageData(SIDE, SIDE);
  values.forEach((value, index) => {
    picture.data[4 * index + 3] = Math.round(255 * value);
  });
  canvas.getContext('2d').putImageData(picture, 0, 0);
  if (name) {
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', name);
  }
}

/** Makes a canvas with a picture. */
export function picture(values) {
  const canvas = make('canvas', {class: 'ink'});
  show(canvas, values);
  return canvas;
}

/** Draws pictures side by side into an element, under one name. */
export function showRow(id, pictures, name) {
  element(id).setAttribute('role', 'img');
  element(id).setAttribute('aria-label', name);
  while (element(id).children.length < pictures.length) {
    element(id).append(make('span', {class: 'tile'}, make('canvas', {
      class: 'ink'})));
  }
  pictures.forEach((values, index) =>
    show(element(id).children[index].firstChild, values));
}

/** Draws a text with breaks at spaces where it would be too wide. */
function writeLines(context, text, width, left, top, height) {
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    if (line && context.measureText(line + word).width > width) {
      context.fillText(line, left, top);
      [line, top] = ['', top + height];
    }
    line += word + ' ';
  }
  context.fillText(line, left, top);
}

/** Draws what an element shows, as it stands there: pictures, bars, texts. */
function copy(context, each, box) {
  const style = getComputedStyle(each);
  const at = [box.left, box.top, box.width, box.height];
  context.imageSmoothingEnabled = style.imageRendering !== 'pixelated';
  context.fillStyle = style.color;
  if (each.matches('.ink')) {
    // In the colour that the reader sees.
    const ink = make('canvas', {width: each.width, height: each.height});
    const layer = ink.getContext('2d');
    layer.fillStyle = style.color;
    layer.fillRect(0, 0, ink.width, ink.height);
    layer.globalCompositeOperation = 'destination-in';
    layer.drawImage(each, 0, 0);
    context.drawImage(ink, ...at);
  } else if (each.matches('canvas')) {
    context.drawImage(each, ...at);
  } else if (each.matches('.value')) {
    const part = style.getPropertyValue('--part');
    const tall = each.closest('.maps') ? box.height : box.height * part;
    context.globalAlpha = each.closest('.maps') ? part : 1;
    context.fillStyle = style.getPropertyValue('--accent');
    context.fillRect(box.left, box.bottom - tall, box.width, tall);
    context.globalAlpha = 1;
  } else {
    const size = parseFloat(style.fontSize);
    context.font = `${style.fontWeight} ${size}px ${style.fontFamily}`;
    writeLines(context, each.textContent, box.width + 4, box.left,
               box.top + size, 1.3 * size);
  }
}

/** Saves what the view shows as a picture, twice as large as on the page. */
export function savePicture(name) {
  const view = element('view'), scale = 2, edge = 16;
  const frame = view.getBoundingClientRect();
  const canvas = make('canvas', {width: scale * (frame.width + 2 * edge),
                                 height: scale * (frame.height + 2 * edge)});
  const context = canvas.getContext('2d');
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.translate(edge - frame.left, edge - frame.top);
  for (const each of view.querySelectorAll('canvas, .value, h1, h2, ' +
                                           'figcaption, .told')) {
    const box = each.getBoundingClientRect();
    if (box.width && box.height) {
      copy(context, each, box);
    }
  }
  make('a', {download: name, href: canvas.toDataURL()}).click();
}
