import type { Command } from 'commander';
import type { ModelManifest } from '../../../shared/model/manifest.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { type DescribedModel, signerText } from './described.ts';
import { described } from './registry.ts';

/** `harbinger models diff`. */
export function addDiffModels(group: Command): void {
  withReach(group.command('diff'), 'cloud')
    .description('compare two versions of a model: inputs, contract, windows, quality, size')
    .argument(
      '<model>',
      'the folder of one, or NAME or NAME@VERSION of one that comes with the product, or of the registry',
    )
    .argument('<other>', 'the other, likewise')
    .addHelpText(
      'after',
      '\nExample:\n  harbinger models diff pump-rul models/pump-rul\n  harbinger models diff pump-rul@2.0.0 pump-rul@2.1.0\n',
    )
    .action(async (one: string, other: string, { json, ...options }: ReachOptions) => {
      const a = await described(one, options);
      const b = await described(other, options);
      const differences = differencesOf(a, b);
      if (json) return printJson({ differences, isSame: a.digest === b.digest });
      if (a.digest === b.digest) return void process.stdout.write('They are the same, file by file.\n');
      const rows = differences.map(({ what, before, after }) => [
        what,
        printable(before, 200),
        printable(after, 200),
      ]);
      printTable([['what differs', refOf(a), refOf(b)], ...rows]);
    });
}

export interface Difference {
  what: string;
  before: string;
  after: string;
}

const refOf = ({ manifest: { name, version } }: DescribedModel) => `${name}@${version}`;

/** The ways in which two models differ, each in words; those in which they do not are left out. */
export function differencesOf(a: DescribedModel, b: DescribedModel): Difference[] {
  const facts = [factsOf(a), factsOf(b)] as const;
  const names = new Set(facts.flatMap((each) => [...each.keys()]));
  const simple = [...names].map((what) => ({
    what,
    before: facts[0].get(what) ?? '–',
    after: facts[1].get(what) ?? '–',
  }));
  return [...simple.filter(({ before, after }) => before !== after), ...inputsOf(a.manifest, b.manifest)];
}

function factsOf(model: DescribedModel): Map<string, string> {
  const { manifest, files } = model;
  const { windowRows, windowRowsMin, output, training } = manifest;
  const facts: [string, string][] = [
    ['name', manifest.name],
    ['version', manifest.version],
    ['machine type', manifest.machineType],
    ['contract', manifest.contractHash],
    ['window', `${windowRowsMin} to ${windowRows} rows`],
    ['answers', `${output.unit}, up to ${output.labelCap}`],
    ['trained on', `${training.data} (${training.dataSha256.slice(0, 12)})`],
    ['machines', `${training.machines}`],
    ['size', shownBytes(files.reduce((sum, { bytes }) => sum + bytes, 0))],
    ['signed by', signerText(model)],
  ];
  for (const [predictor, metrics] of Object.entries(manifest.metrics))
    for (const [metric, value] of Object.entries(metrics))
      facts.push([`${predictor}: ${metric}`, value === null ? '–' : String(Number(value.toPrecision(4)))]);
  return new Map(facts);
}

/** Inputs that one has and the other has not, or has in another unit, or elsewhere. */
function inputsOf({ inputs: before }: ModelManifest, { inputs: after }: ModelManifest): Difference[] {
  const text = (inputs: ModelManifest['inputs'], name: string) => {
    const at = inputs.findIndex((each) => each.name === name);
    return at < 0 ? '–' : `${inputs[at]!.unit}, the ${at + 1}. input`;
  };
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names]
    .map((name) => ({ what: `input ${name}`, before: text(before, name), after: text(after, name) }))
    .filter((each) => each.before !== each.after);
}
