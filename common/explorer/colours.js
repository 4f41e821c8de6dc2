// The colours of points, which must be seen on a light and on a dark ground.

import {make} from './controls.js';
import {mix} from './model.js';

// What stands out from the ground has this contrast, as WCAG 2 computes it.
const CONTRAST = 3;

/** Red, green and blue of any colour of CSS. */
function rgbOf(colour) {
  const context = make('canvas').getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

/** The luminance of a colour, as WCAG 2 defines it. */
const luminance = (rgb) => rgb.reduce((sum, value, index) => {
  const part = value / 255;
  return sum + [0.2126, 0.7152, 0.0722][index] *
    (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
}, 0);

/** Mixes a colour with that of texts, until it stands out from the ground. */
export function standingOut(colour, {ground, text}) {
  const [from, to, below] = [colour, text, ground].map(rgbOf);
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(from, to, part).map(Math.round);
    const [dark, light] = [mixed, below].map(luminance).sort((a, b) => a - b);
    if ((light + 0.05) / (dark + 0.05) >= CONTRAST) {
      return `rgb(${mixed.join(', ')})`;
    }
  }
  return text;
}

/** Makes a soft spot of a colour; many of them show where points are dense. */
export function spotOf(colour, radius) {
  const spot = make('canvas', {width: 2 * radius, height: 2 * radius});
  const context = spot.getContext('2d');
  const fill = context.createRadialGradient(radius, radius, 0, radius, radius,
                                            radius);
  fill.addColorStop(0, colour);
  fill.addColorStop(1, `rgba(${rgbOf(colour).join(', ')}, 0)`);
  context.fillStyle = fill;
  context.fillRect(0, 0, 2 * radius, 2 * radius);
  return spot;
}
