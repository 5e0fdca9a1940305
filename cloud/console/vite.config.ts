import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Its content security policy lets the page load nothing but its own files: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
