// How eslint reads common/explorer.js: a plain script in a browser.
import js from '@eslint/js';

const names = [
  'document', 'window', 'atob', 'performance', 'ImageData', 'Path2D',
  'ResizeObserver'];

export default [js.configs.recommended, {
  languageOptions: {
    sourceType: 'script',
    globals: Object.fromEntries(names.map((name) => [name, 'readonly'])),
  },
}];
