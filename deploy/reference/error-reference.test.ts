/** Every error code is declared beside the code that uses it, and the other way round; `npm run docs` writes the list. */
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCatalogue, isCatalogue, reasonLists } from './error-catalogue.ts';
import { errorReference } from './error-reference.ts';
import { productSources } from './product-sources.ts';
import { builtCodes, thrownCodes } from './thrown-codes.ts';

const sources = productSources();
const thrown = thrownCodes(sources);
const raised = thrown.filter(({ isCompared }) => !isCompared);
const catalogue = await errorCatalogue();
const reasons = await reasonLists();
const declared = new Map(catalogue.map((entry) => [entry.code, entry]));

describe('error codes', () => {
  it('are declared once', () => {
    const codes = catalogue.map(({ code }) => code);
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
  });

  it('that are thrown are declared', () => {
    const missing = thrown.filter(({ code }) => !declared.has(code));
    expect(missing.map(({ code, place }) => `${code} at ${place}`)).toEqual([]);
  });

  it('that are declared are thrown', () => {
    const used = new Set(raised.map(({ code }) => code));
    expect(
      catalogue.filter(({ code }) => !used.has(code)).map(({ code, path }) => `${code} in ${path}`),
    ).toEqual([]);
  });

  it('are declared beside the code that throws them', () => {
    const isBeside = (path: string, place: string) => place.startsWith(`${posix.dirname(path)}/`);
    const elsewhere = catalogue.filter(({ code, path }) => {
      const places = raised.filter((each) => each.code === code).map(({ place }) => place);
      return places.length > 0 && !places.some((place) => isBeside(path, place));
    });
    expect(elsewhere.map(({ code, path }) => `${code} in ${path}`)).toEqual([]);
  });

  it('have the stage that they are thrown with', () => {
    const differing = thrown.filter(
      ({ code, stage }) => stage !== null && stage !== declared.get(code)?.stage,
    );
    expect(differing.map(({ code, place, stage }) => `${code} at ${place}: ${stage}`)).toEqual([]);
  });

  it('of retryable errors are not described as never retried', () => {
    const wrong = thrown.filter(
      ({ code, retry }) => retry && /^No\.$/.test(declared.get(code)?.retried ?? ''),
    );
    expect(wrong.map(({ code, place }) => `${code} at ${place}`)).toEqual([]);
  });

  it('are written out in full, so that they can be searched for', () => {
    expect(builtCodes(sources)).toEqual([]);
  });

  it('come with reasons that occur in the code', () => {
    const code = sources
      .filter(({ path }) => !isCatalogue(path))
      .map(({ text }) => text)
      .join('\n');
    const names = reasons.flatMap((list) => Object.keys(list.reasons));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });

  it('are explained in sentences', () => {
    const texts = catalogue.flatMap(({ code, meaning, retried, remedy }) =>
      [meaning, retried, remedy].map((text) => ({ code, text })),
    );
    expect(texts.filter(({ text }) => !/^[A-Z`].*\.$/.test(text))).toEqual([]);
  });

  it('come with something to do, and not only with the thing to look at', () => {
    const isBare = (remedy: string) => remedy.split(' ').length < 5 || /^Nothing[^.]{0,15}\.$/.test(remedy);
    expect(
      catalogue.filter(({ remedy }) => isBare(remedy)).map(({ code, remedy }) => [code, remedy]),
    ).toEqual([]);
  });

  it('are in the committed reference', async () => {
    await expect(errorReference(catalogue, reasons)).toMatchFileSnapshot('../docs/errors.md');
  });
});

describe('the search for codes', () => {
  const found = (text: string) => thrownCodes([{ path: 'a.ts', text }]);

  it('finds stage and retry beside the code', () => {
    expect(
      found(
        `throw new HarbingerError('A_B', 'journal', \`x \${f('(')}\`, { retry: true, cause });\nnew HttpError(404, 'C_D', 'x')`,
      ),
    ).toEqual([
      { code: 'A_B', place: 'a.ts:1', stage: 'journal', retry: true, isCompared: false },
      { code: 'C_D', place: 'a.ts:2', stage: 'api', retry: false, isCompared: false },
    ]);
  });

  it('finds codes that are chosen, logged or passed on, but not those in comments', () => {
    const text = `// 'X_Y'\n/** 'X_Z' */\nconst c = busy ? 'A_BUSY' : 'A_FAILED';\nlog({ code: 'A_LOG' });\nowner = { code: 'A_TLS', stage: 'uplink', retry: true };`;
    expect(found(text)).toEqual([
      { code: 'A_BUSY', place: 'a.ts:3', stage: null, retry: false, isCompared: false },
      { code: 'A_FAILED', place: 'a.ts:3', stage: null, retry: false, isCompared: false },
      { code: 'A_LOG', place: 'a.ts:4', stage: null, retry: false, isCompared: false },
      { code: 'A_TLS', place: 'a.ts:5', stage: 'uplink', retry: true, isCompared: false },
    ]);
  });

  it('finds a code of one word where an error is made with it', () => {
    expect(found(`fetch({ method: 'GET' });\nthrow new HarbingerError('USAGE', 'cli', 'x')`)).toMatchObject([
      { code: 'USAGE', stage: 'cli' },
    ]);
  });

  it('tells a code that is compared from one that is raised', () => {
    const text = `if (error.code === 'A_B' || 'A_C' !== code) return;\nswitch (code) {\n  case 'A_D':\n}\nconst isOurs = codes.has('A_E');\nfail(isOurs ? 'A_F' : 'A_G');`;
    const of = (isCompared: boolean) =>
      found(text)
        .filter((each) => each.isCompared === isCompared)
        .map(({ code }) => code);
    expect([of(true), of(false)]).toEqual([
      ['A_B', 'A_C', 'A_D', 'A_E'],
      ['A_F', 'A_G'],
    ]);
  });

  it('reports codes that are built from pieces', () => {
    expect(builtCodes([{ path: 'a.ts', text: 'new HarbingerError(\n  `A_$' + '{b}`, x)' }])).toEqual([
      'a.ts:1',
    ]);
  });
});
