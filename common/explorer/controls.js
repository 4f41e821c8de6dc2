// Controls that all views share, each of them one stop of the Tab key.

/** Finds the element of an id. */
export const element = (id) => document.getElementById(id);

/** Makes an element with attributes and children. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach((each) => made.setAttribute(...each));
  made.append(...children);
  return made;
}

/** Has a function called at an event of the element of an id. */
export const on = (id, type, act) => element(id).addEventListener(type, act);

/** Writes numbers with two digits after the point. */
export const write = (values) =>
  Array.from(values, (x) => x.toFixed(2).replace('-', '\u2212')).join(', ');

/** Keeps a number between two others. */
export const clamp = (value, least, most) =>
  Math.max(least, Math.min(most, value));

/** Makes one of the elements of a group the stop of the Tab key. */
export function stopAt(group, chosen) {
  group.forEach((each) => {
    each.tabIndex = each === chosen ? 0 : -1;
  });
}

/** Offers a choice: buttons of which one is chosen, by click or arrows.
 * Each option is {value, name, children}. Returns a function that shows what
 * is chosen: an option's value, or one that no option has. */
export function choice(id, options, act) {
  const buttons = options.map(({value, name, children}) => {
    const button = make('button', {
      type: 'button', role: 'radio', 'aria-label': name}, ...children);
    button.addEventListener('click', () => {
      show(value);
      act(value);
    });
    return button;
  });

  /** Shows what is chosen. */
  function show(value) {
    const chosen = buttons[options.findIndex((each) => each.value === value)];
    buttons.forEach((each) =>
      each.setAttribute('aria-checked', each === chosen));
    stopAt(buttons, chosen || buttons[0]);
  }

  element(id).replaceChildren(...buttons);
  element(id).setAttribute('role', 'radiogroup');
  on(id, 'keydown', (event) => {
    const way = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1};
    if (way[event.key]) {
      event.preventDefault();
      const to = buttons.indexOf(document.activeElement) + way[event.key];
      const next = buttons.at(to % buttons.length);
      next.focus();
      next.click();
    }
  });
  show();
  return show;
}

/** Sets a slider, and says in words what it is at. */
export function setRange(id, value, text) {
  element(id).value = value;
  element(id).setAttribute('aria-valuetext', text);
}
