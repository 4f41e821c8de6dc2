// How eslint reads common/explorer: modules for a browser.
import js from '@eslint/js';

const names = [
  'atob', 'Blob', 'btoa', 'clearInterval', 'clearTimeout',
  'DecompressionStream', 'document', 'DOMParser', 'getComputedStyle',
  'history', 'ImageData', 'location', 'matchMedia', 'Path2D', 'performance',
  'requestAnimationFrame', 'ResizeObserver', 'Response', 'setInterval',
  'setTimeout', 'URLSearchParams', 'window'];

export default [js.configs.recommended, {
  languageOptions: {
    globals: Object.fromEntries(names.map((name) => [name, 'readonly'])),
  },
}];
