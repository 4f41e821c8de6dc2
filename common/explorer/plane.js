// The view of task 3: a latent space of two dimensions, on a plane.

import {initial, newSeed, randomOf, recall, remember} from './address.js';
import {choice, clamp, element, make, on, setRange, write}
  from './controls.js';
import {spotOf, standingOut} from './colours.js';
import {startDrawing} from './drawing.js';
import {mix, row, STEPS} from './model.js';
import {show, showRow} from './pictures.js';

const DRAWS = 10, MARGIN = 34;
// How many of the draws of N(0, I) are within a radius.
const PRIOR = [[1, '39 %'], [2, '86 %'], [3, '99 %']];
// Milliseconds in which points move from frame to frame.
const GLIDE = 300;

/** Starts the view. It calls `shown` with each image that is picked or drawn.
 * Returns a function that shows a frame of the film. */
export function startPlane(model, shown) {
  const {count, labels, colours} = model;
  const canvas = element('plane');
  // The points are drawn once, and copied below what moves.
  const points = make('canvas');
  const limit = model.latents.reduce((most, value) =>
    Math.max(most, Math.abs(value) + 0.2), 3.2);
  // What is shown: where the points are, those of the model or of a frame of
  // the film; the place under the pointer; A and B; the draws, their noise
  // and which is looked at; and the only label in colour, if any.
  let latents = model.latents, isFilm = false, here = [0, 0], ends = [];
  let draws = [], kind = 'prior', seed = 0, looked = null, only = null;
  let theme = {}, names = [];
  // Of the canvas, which is a square: seldom a whole number of pixels.
  let width = 0;

  /** The length in pixels of a length in the latent space. */
  const scale = () => (width - MARGIN) / 2 / limit;

  /** Where a latent is on the canvas. */
  const place = ([x, y]) =>
    [MARGIN + scale() * (x + limit), scale() * (limit - y)];

  /** Where it is written how many draws are within a radius. */
  const markAt = (radius) => place([0, radius]).map((value) => value - 2);

  /** Where the latent of a point is. */
  const placeOf = (index) => place(row(latents, index, 2));

  /** Prepares one of the canvases for drawing in CSS pixels. */
  function prepare(each) {
    each.width = each.height = Math.round(width * window.devicePixelRatio);
    const context = each.getContext('2d');
    context.scale(each.width / width, each.width / width);
    context.textAlign = 'center';
    return context;
  }

  /** Writes a text with a seam, so that it can be read on points. */
  function note(context, text, [x, y], colour = theme.text) {
    context.lineJoin = 'round';
    context.lineWidth = 5;
    context.strokeStyle = theme.ground;
    context.strokeText(text, x, y + 6);
    context.fillStyle = colour;
    context.fillText(text, x, y + 6);
  }

  /** Finds a place for each label: the median of its points, or near it. */
  function placeNames() {
    names = [...colours].map(([kind]) => {
      const mine = Array.from({length: count}, (_, index) => index)
        .filter((index) => labels[index] === kind);
      const at = place([0, 1].map((axis) => mine.map((index) =>
        latents[2 * index + axis]).sort((a, b) => a - b)[mine.length >> 1]));
      return {text: String(kind), at};
    }).filter(({at}) => at.every(Number.isFinite));
    // Those too near to another text are pushed away, a little at a time.
    const texts = [...names, ...PRIOR.map(([radius]) =>
      ({at: markAt(radius)}))];
    for (let round = 0; round < 100; round++) {
      names.forEach(({at}) => texts.forEach((other) => {
        const [x, y] = at.map((value, axis) => value - other.at[axis]);
        if (at !== other.at && Math.hypot(x, y) < 24) {
          [at[0], at[1]] = [at[0] + x / 20, at[1] + y / 20 + 0.1];
        }
      }));
    }
  }

  /** Draws axes, points and the prior, which stay as they are. */
  function drawPoints() {
    width = canvas.getBoundingClientRect().width;
    if (width < 2 * MARGIN) {
      return;
    }
    const style = getComputedStyle(document.documentElement);
    for (const name of ['ground', 'text', 'soft', 'line', 'accent']) {
      theme[name] = style.getPropertyValue('--' + name);
    }
    const context = prepare(points), edge = width - MARGIN;
    context.fillStyle = theme.ground;
    context.fillRect(MARGIN, 0, edge, edge);
    context.font = '12px system-ui, sans-serif';
    context.fillStyle = theme.soft;
    for (let tick = -Math.floor(limit); tick <= limit; tick++) {
      const [x, y] = place([tick, tick]);
      context.fillText(tick, x, edge + 15);
      context.fillText(tick, MARGIN - 10, y + 4);
    }
    context.fillText('first latent value', MARGIN + edge / 2, edge + 30);
    context.rotate(-Math.PI / 2);
    context.fillText('second latent value', -edge / 2, 12);
    context.rotate(Math.PI / 2);
    drawDots(context, edge);
    context.setLineDash([2, 4]);
    context.lineWidth = 1.2;
    context.strokeStyle = theme.text;
    for (const [radius] of PRIOR) {
      context.beginPath();
      context.arc(...place([0, 0]), radius * scale(), 0, 7);
      context.stroke();
    }
    placeNames();
    draw();
  }

  /** Draws the points, and how dense they are. */
  function drawDots(context, edge) {
    const radius = clamp(edge / 150, 2.2, 3.6), spread = 6 * radius;
    const looks = new Map([...colours, [undefined, theme.soft]].map(
      ([kind, colour]) => [kind, {
        colour, line: standingOut(colour, theme),
        spot: spotOf(colour, Math.round(spread))}]));
    const lookOf = (index) =>
      looks.get(colours.size ? labels[index] : undefined);
    const isShown = (index) => only === null || labels[index] === only;
    const order = Array.from({length: latents.length / 2}, (_, index) => index)
      .sort((one, other) => isShown(one) - isShown(other));
    context.save();
    context.beginPath();
    context.rect(MARGIN, 0, edge, edge);
    context.clip();
    context.globalAlpha = 0.09;
    for (const index of order.filter(isShown)) {
      const [x, y] = placeOf(index);
      context.drawImage(lookOf(index).spot, x - spread, y - spread);
    }
    context.globalAlpha = 1;
    for (const index of order) {
      const {colour, line} = lookOf(index);
      context.beginPath();
      context.arc(...placeOf(index), isShown(index) ? radius : 1, 0, 7);
      context.fillStyle = isShown(index) ? colour : theme.soft;
      context.strokeStyle = line;
      context.fill();
      if (isShown(index)) {
        context.stroke();
      }
    }
    context.restore();
  }

  /** Draws what moves over the points. */
  function draw() {
    if (!points.width || width < 2 * MARGIN) {
      return;
    }
    const context = prepare(canvas);
    context.drawImage(points, 0, 0, width, width);
    if (!isFilm) {
      drawPicks(context);
    }
    context.font = '12px system-ui, sans-serif';
    PRIOR.forEach(([radius, part]) => note(context, part, markAt(radius)));
    context.font = 'bold 18px system-ui, sans-serif';
    names.forEach(({text, at}) => note(context, text, at));
  }

  /** Draws A and B, the pointer, and the draws. */
  function drawPicks(context) {
    const lines = new Path2D(), [start, end] = ends.map(
      (each) => place(each.latent));
    lines.moveTo(...start);
    lines.lineTo(...end);
    for (const times of [1, 2]) {
      const [x, y] = ends[1].deviation;
      lines.moveTo(end[0] + times * x * scale(), end[1]);
      lines.ellipse(...end, times * x * scale(), times * y * scale(), 0, 0, 7);
    }
    for (const [x, y] of [start, end]) {
      lines.moveTo(x + 6, y);
      lines.arc(x, y, 6, 0, 7);
    }
    // A cross that leaves its middle free.
    const [x, y] = place(here);
    for (const [right, down] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      lines.moveTo(x + 10 * right, y + 10 * down);
      lines.lineTo(x + 20 * right, y + 20 * down);
    }
    // A seam shows the lines on points of every colour.
    for (const [width, colour] of [[5, theme.ground], [2, theme.accent]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke(lines);
    }
    context.font = 'bold 12px system-ui, sans-serif';
    draws.map(place).forEach(([x, y], index) => {
      context.beginPath();
      context.arc(x, y, index === looked ? 12 : 9, 0, 7);
      context.fillStyle = index === looked ? theme.accent : theme.ground;
      context.strokeStyle = theme.text;
      context.lineWidth = 1.2;
      context.fill();
      context.stroke();
      context.fillStyle = index === looked ? theme.ground : theme.text;
      context.fillText(index + 1, x, y + 4);
    });
    context.font = 'bold 18px system-ui, sans-serif';
    const written = names.map(({at}) => at);
    [start, end].forEach(([x, y], index) => {
      // Beside the point, where no other text is near.
      const free = (at) => Math.min(30, ...written.map((other) =>
        Math.hypot(at[0] - other[0], at[1] - other[1])));
      const [at] = [[x + 20, y], [x - 20, y], [x, y + 24], [x, y - 24]]
        .sort((one, other) => free(other) - free(one));
      written.push(at);
      note(context, 'AB'[index], at, theme.accent);
    });
  }

  /** Decodes another place. */
  function move(latent) {
    here = latent.map((value) => clamp(value, -limit, limit));
    const at = write(here);
    show(element('here'), model.decode(here), `Decoded from ${at}`);
    element('place').textContent = at;
    canvas.setAttribute('aria-label', 'The latent space: a plane with ' +
      `${count} test images as points. The pointer is at ${at}; ` +
      `B is at ${write(ends[1].latent)}.`);
    remember({at: Array.from(here, (value) => value.toFixed(2)).join(' ')});
    draw();
  }

  /** Decodes the place of a pointer. */
  function follow(event) {
    const box = canvas.getBoundingClientRect();
    if (!isFilm) {
      move([(event.clientX - box.left - MARGIN) / scale() - limit,
            limit - (event.clientY - box.top) / scale()]);
    }
  }

  /** The index of the test image nearest to the place. */
  function nearest() {
    const far = (index) => Math.hypot(model.latents[2 * index] - here[0],
                                      model.latents[2 * index + 1] - here[1]);
    return Array.from({length: count}, (_, index) => index)
      .filter((index) => only === null || labels[index] === only)
      .reduce((best, index) => far(index) < far(best) ? index : best);
  }

  /** Makes an image B, and the one before it A. */
  function pick(image, before = ends[1]) {
    ends = [before, image];
    element('name').textContent = image.name;
    show(element('reconstruction'), model.decode(image.latent),
         `${image.name}, decoded from its mean`);
    element('picked').textContent = `B has the mean ${write(image.latent)} ` +
      `and the deviation ${write(image.deviation)}.`;
    showRow('walk', STEPS.map((part) => model.decode(
      mix(before.latent, image.latent, part))),
    `From A, ${before.name}, to B, ${image.name}, in nine steps`);
    setRange('step', 1, 'At B');
    remember({a: before.index ?? null, b: image.index ?? null});
    drawAgain(seed);
    shown(image);
  }

  /** Picks the test image nearest to the place. */
  function pickNearest() {
    const image = model.item(nearest());
    drawing.showImage(image);
    pick(image);
  }

  /** Draws from the prior or around B: mean + deviation * noise. */
  function drawAgain(newest) {
    seed = newest;
    const random = randomOf(seed), times = element('times').valueAsNumber;
    const isPrior = kind === 'prior';
    const [mean, deviation] = isPrior ? [[0, 0], [1, 1]] :
      [ends[1].latent, ends[1].deviation.map((value) => times * value)];
    draws = Array.from({length: DRAWS}, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - random()));
      const angle = 2 * Math.PI * random();
      return [Math.cos(angle), Math.sin(angle)].map((value, axis) =>
        mean[axis] + deviation[axis] * radius * value);
    });
    const told = `deviation times ${times.toFixed(1)}`;
    setRange('times', times, told);
    element('timesText').textContent = times.toFixed(1);
    element('prior').hidden = !isPrior;
    element('around').hidden = isPrior;
    showRow('draws', draws.map(model.decode), `${DRAWS} images decoded from ` +
      (isPrior ? 'draws of N(0, I)' : `draws around B, ${told}`));
    remember({draws: isPrior ? null : kind, noise: seed,
              times: isPrior ? null : times});
    draw();
  }

  /** Shows which point of the plane a draw is. */
  function look(event) {
    const index = [...element('draws').children].indexOf(
      event.target.closest('.tile'));
    looked = index < 0 ? null : index;
    draw();
  }

  /** Moves or picks by keys. */
  function obey(event) {
    const step = event.shiftKey ? 0.02 : 0.2;
    const way = {ArrowLeft: [-step, 0], ArrowRight: [step, 0],
                 ArrowUp: [0, step], ArrowDown: [0, -step]}[event.key];
    if (way && !isFilm) {
      // Else the page would be scrolled.
      event.preventDefault();
      move(way.map((value, axis) => here[axis] + value));
    } else if (event.key === 'Enter' && !isFilm) {
      pickNearest();
    }
  }

  /** Has the points move to where they are in a frame, or are at the end. */
  function showFrame(frame) {
    const target = frame === null ? model.latents : Float32Array.from(
      row(new Int16Array(model.film.frames), frame, 2 * filmed),
      (value) => value / 1000);
    const from = latents.slice(0, target.length), start = performance.now();
    isFilm = frame !== null;
    moving++;
    const mine = moving;

    /** Draws the points on their way. */
    function step(now) {
      const part = isStill.matches ? 1 : clamp((now - start) / GLIDE, 0, 1);
      latents = mix(target, from, (1 - part) ** 2);
      if (mine === moving) {
        drawPoints();
        if (part < 1) {
          requestAnimationFrame(step);
        } else {
          latents = target;
        }
      }
    }

    if (ends.length) {
      step(start);
    }
  }

  const isStill = matchMedia('(prefers-reduced-motion: reduce)');
  const filmed = model.film ? model.film.frames.byteLength / 4 /
    model.film.epochs.length : 0;
  let moving = 0;
  const drawing = startDrawing(model, (image) => {
    // A drawing goes on with each stroke; A stays what it was.
    pick(image, ends[1].index === undefined ? ends[0] : ends[1]);
    move(image.latent);
  });
  if (colours.size) {
    element('legendRow').hidden = false;
    choice('legend', [[null, 'All'], ...[...colours.keys()].map(
      (kind) => [kind, String(kind)])].map(([value, name]) => {
      const dot = make('span', {style: value === null ? '' :
        `background: ${colours.get(value)}`});
      return {value, name: `Label ${name}`, children: value === null ?
        [name] : [dot, name]};
    }), (value) => {
      only = value;
      remember({only});
      drawPoints();
    })(recallOnly());
  }

  /** The label that the address says, if it is one. */
  function recallOnly() {
    only = [...colours.keys()].find(
      (kind) => String(kind) === initial.only) ?? null;
    return only;
  }

  on('plane', 'pointerdown', follow);
  on('plane', 'pointermove', follow);
  on('plane', 'click', () => isFilm || pickNearest());
  on('plane', 'keydown', obey);
  const showKind = choice('kind', [['prior', 'From the prior N(0, I)'],
                                   ['around', 'Around B']].map(
    ([value, name]) => ({value, name, children: [name]})), (value) => {
    kind = value;
    drawAgain(seed);
  });
  on('again', 'click', () => drawAgain(newSeed()));
  on('times', 'input', () => drawAgain(seed));
  on('draws', 'pointerover', look);
  on('draws', 'pointerleave', look);
  on('step', 'input', (event) => {
    const part = event.target.valueAsNumber;
    setRange('step', part, `${Math.round(100 * part)} % of the way to B`);
    move(mix(...ends.map((each) => Array.from(each.latent)), part));
  });

  // What the address says.
  kind = initial.draws === 'around' ? 'around' : 'prior';
  showKind(kind);
  element('times').value = recall('times', 0, 3, 1);
  seed = recall('noise', 0, 2 ** 31, 1);
  const a = model.item(Math.floor(recall('a', 0, count - 1, 0)));
  // Before a drawing is B, its A is.
  const b = model.item(Math.floor(recall(
    'b', 0, count - 1, initial.strokes ? a.index : Math.min(3, count - 1))));
  drawing.showImage(b);
  pick(b, a);
  move(b.latent);
  drawing.restore();
  const at = (initial.at || '').split(' ').map(Number);
  if (at.length === 2 && at.every(Number.isFinite)) {
    move(at);
  }
  new ResizeObserver(drawPoints).observe(canvas);
  for (const query of ['(prefers-color-scheme: dark)',
                       '(forced-colors: active)', 'print']) {
    matchMedia(query).addEventListener('change', drawPoints);
  }
  return showFrame;
}
