import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** What a process or a thread of the product begins with; their paths are their names (`compiledEntry`). */
const entries = [
  'deploy/cli/main',
  'deploy/demo/main',
  'gateway/data-thread',
  'gateway/intelligence/model-worker',
];

/** They bring binaries, which they look for beside themselves. */
const native = ['lmdb', 'classic-level', 'serialport', '@duckdb/node-api', '@tensorflow/tfjs-node'];

/** V8 keeps a file's text for as long as its code: with one character beyond ASCII in it, in twice the bytes. */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/\\.|[\u0080-\uffff]/g, escaped);
    }
  },
};

/** A character beyond ASCII, with or without a needless backslash before it; or an escape, which stays as it is. */
function escaped(found: string): string {
  const code = found.charCodeAt(found.length - 1);
  return code < 0x80 ? found : `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * Puts the product's code, with its libraries, into a few files in place of what the compiler wrote for these entries:
 * a thread that loads hundreds of modules keeps up to 20 MB for them, and takes twice as long to start
 * (gateway/docs/memory.md).
 */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  publicDir: false,
  plugins: [asciiOnly],
  ssr: { noExternal: true },
  define: { __dirname: 'import.meta.dirname' },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: false,
    // Names and lines are what a stack trace says, and Node prints the whole line that threw.
    minify: false,
    rolldownOptions: {
      external: native,
      input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
      },
    },
  },
});
