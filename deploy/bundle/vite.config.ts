import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { modelDigests } from './model-digests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Entry points of processes and threads. Their paths are their names (`compiledEntry`). */
const entries = [
  'deploy/cli/main',
  'deploy/demo/main',
  'gateway/deadletters/lmdb/old-letters-reader',
  'gateway/pipeline/thread',
  'gateway/watch/model/model-worker',
];

/** Packages with native binaries, which they locate relative to themselves. */
const native = ['lmdb', 'classic-level', 'serialport', '@duckdb/node-api', '@tensorflow/tfjs-node'];

/**
 * Packages that libraries load only when they are first needed, which never happens here: Fastify's compilers
 * (shared/http/route-schemas.ts replaces them) and test requests, YAML, and the downloads of TensorFlow.js. Bundled,
 * they would be a quarter of what every start reads.
 */
const unneeded = [
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'light-my-request',
  'node-fetch',
  'yaml',
];

/** The API document is only ever asked for as JSON, but the library loads a writer of YAML beside it. */
const yamlWhenUsed: Plugin = {
  name: 'yaml-when-used',
  transform(code, id) {
    if (!id.includes('@fastify/swagger/lib/spec/')) return null;
    return code.replace(
      "const yaml = require('yaml')",
      "const yaml = { stringify: (...args) => require('yaml').stringify(...args) }",
    );
  },
};

/**
 * V8 keeps the source text with its code, and takes two bytes per character if any character is not ASCII.
 */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/\\.|[\u0080-\uffff]/g, escaped);
    }
  },
};

/**
 * Escapes a character that is not ASCII, together with a redundant backslash before it; leaves an escape as
 * it is.
 */
function escaped(found: string): string {
  const code = found.charCodeAt(found.length - 1);
  return code < 0x80 ? found : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Notes the digests of the models that come with the product: these may run without a signature. */
const notedModels: Plugin = {
  name: 'noted-models',
  generateBundle() {
    const digests = modelDigests(join(root, 'models', 'artefacts'), (text) => this.warn(text));
    const source = `${JSON.stringify(digests)}\n`;
    this.emitFile({ type: 'asset', fileName: 'model-digests.json', source });
  },
};

/** The name of a file's package folder, such as `node_modules/ajv`, or null for a file of the product. */
const packageFolder = (id: string): string | null =>
  /.*(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.slice(root.length))?.[0].replace(/\/$/, '') ?? null;

/**
 * Writes which file is made of what and imports what, from which a side is bundled alone and the licences of its
 * libraries are collected (deploy/bundle/contents.mjs).
 */
const listParts: Plugin = {
  name: 'list-parts',
  generateBundle(_options, bundle) {
    const parts = Object.values(bundle).flatMap((chunk) => {
      if (chunk.type !== 'chunk') return [];
      const { fileName, imports, dynamicImports, facadeModuleId, moduleIds } = chunk;
      const packages = [...new Set(moduleIds.map(packageFolder))].filter((folder) => folder !== null);
      const source = facadeModuleId?.startsWith(root) ? facadeModuleId.slice(root.length) : null;
      return [{ fileName, source, imports: [...imports, ...dynamicImports], packages: packages.sort() }];
    });
    parts.sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
    this.emitFile({ type: 'asset', fileName: 'parts.json', source: `${JSON.stringify(parts, null, 1)}\n` });
  },
};

/**
 * Bundles the product's code and its libraries into a few files (deploy/bundle), which replace the compiler's
 * output for these entry points. A thread that loads hundreds of modules takes up to 20 MB more and twice as
 * long to start (gateway/docs/memory.md).
 */
export default defineConfig({
  root,
  publicDir: false,
  plugins: [yamlWhenUsed, asciiOnly, notedModels, listParts],
  ssr: { noExternal: true },
  define: { __dirname: 'import.meta.dirname' },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: false,
    // Stack traces show names and lines, and Node prints the whole line that threw.
    minify: false,
    rolldownOptions: {
      external: [...native, ...unneeded],
      input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
      },
    },
  },
});
