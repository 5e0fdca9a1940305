/** Documents mention only what exists: metrics, files, headings. */
import { describe, expect, it } from 'vitest';
import { Timestamps } from '../../gateway/decode/config.ts';
import { brokenLink, documents, localLinks } from './documents.ts';
import { files, product, sources, textOf } from './tree.ts';

it('name only metrics that exist', () => {
  const code = product.map(({ text }) => text).join('\n');
  const named = documents
    .filter((path) => !path.startsWith('models/'))
    .flatMap((path) => (textOf(path).match(/\bharbinger_[a-z_]+\b/g) ?? []).map((name) => ({ path, name })));
  expect(named.length).toBeGreaterThan(0);
  const unknown = named.filter(({ name }) => !exposes(code, name));
  expect(unknown.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
});

/** Metrics are declared by name as properties, or in quotes. `harbinger_x_*` stands for every metric that begins so. */
function exposes(code: string, name: string): boolean {
  return new RegExp(name.endsWith('_') ? `\\b${name}` : `\\b${name}['":]`).test(code);
}

it('link only to files and headings that exist', () => {
  const links = localLinks();
  expect(links.length).toBeGreaterThan(100);
  const broken = links.map((link) => ({ ...link, why: brokenLink(link) })).filter(({ why }) => why !== null);
  expect(broken.map(({ path, target, why }) => `${path}: ${target}: ${why}`)).toEqual([]);
});

it('a broken link is detected', () => {
  const link = (target: string) => brokenLink({ path: 'test/docs/promises.md', target });
  expect(link('nowhere.md')).toBe('no such file');
  expect(link('promises.md#no-heading')).toBe('no such heading');
  expect(link('#what-is-not-promised')).toBeNull();
  expect(link('../tidy/')).toBeNull();
});

it('code that refers to a document names one that exists, from the root', () => {
  const named = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/(?<![\w./-])(?:[\w-]+\/)*docs\/[\w-]+\.md\b/g)].map(([target]) => ({ path, target })),
  );
  expect(named.length).toBeGreaterThan(3);
  const missing = named.filter(({ target }) => !files.includes(target));
  expect(missing.map(({ path, target }) => `${path}: ${target}`)).toEqual([]);
});

describe('decision records', () => {
  const isRecord = (path: string) => /(^|\/)docs\/\d{4}-[a-z0-9-]+\.md$/.test(path);
  const records = documents.filter(isRecord).map((path) => ({ path, ...headOf(path) }));

  it('say their number, date and status below the title', () => {
    const unsound = records.filter(({ path, number, date }) => !date || !path.includes(`/${number}-`));
    expect(unsound.map(({ path }) => path)).toEqual([]);
  });

  it('are numbered without gaps through the whole product', () => {
    const numbers = records.map(({ number }) => Number(number)).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  it('are in the index, with their date and status', () => {
    const rows = textOf('deploy/docs/decisions.md').match(/^\| \d{4} \|.*$/gm) ?? [];
    const expected = records
      .map(({ path, number, date, status, title }) => {
        const link = path.replace(/^deploy\/docs\//, '');
        return `| ${number} | ${date} | ${status} | [${title}](${link === path ? `../../${path}` : link}) |`;
      })
      .sort();
    expect(rows).toEqual(expected);
  });

  function headOf(path: string) {
    const head =
      /^# (.+)\n\nDecision (\d{4}) · (\d{4}-\d\d-\d\d) · (proposed|accepted|superseded by \d{4})\n/;
    const [, title, number, date, status] = head.exec(textOf(path)) ?? [];
    return { title, number, date, status };
  }
});

it('the README gives the bounds of a timestamp that are the default', () => {
  const { aheadMsMax, behindMsMax } = Timestamps.properties;
  const [minutes, days] = [aheadMsMax.default / 60_000, behindMsMax.default / 86_400_000];
  const bounds = `more than ${minutes} minutes ahead of the gateway's clock, or more than ${days} days behind it`;
  expect(textOf('README.md').replaceAll('\n', ' ')).toContain(bounds);
});
