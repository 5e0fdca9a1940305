import type { Command } from 'commander';
import { metricsTable } from '../../../models/measure/figures.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { type DescribedModel, signerText } from './described.ts';
import { described } from './registry.ts';

interface ShowOptions extends ReachOptions {
  card?: boolean;
}

/** `harbinger models show`. */
export function addShowModel(group: Command): void {
  withReach(group.command('show'), 'cloud')
    .description('show a model: what it is for, how good it is, who has signed it')
    .argument(
      '<model>',
      'the folder of one, or NAME or NAME@VERSION of one that comes with the product, or of the registry',
    )
    .option('--card', 'also print the model card')
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger models show pump-rul\n  harbinger models show models/pump-rul --card\n  harbinger models show pump-rul@2.1.0 --json\n',
    )
    .action(async (model: string, { card, json, ...options }: ShowOptions) => {
      const found = await described(model, options);
      if (json) return printJson({ ...found, signedBy: signerText(found) });
      for (const line of linesOf(found)) process.stdout.write(`${line}\n`);
      if (card && found.card !== null) process.stdout.write(`\n${found.card}`);
    });
}

function linesOf(model: DescribedModel): string[] {
  const { manifest, files, digest, place } = model;
  const { name, version, machineType, contractHash, windowRows, windowRowsMin, inputs, output, training } =
    manifest;
  const line = (what: string, text: string) => `${`${what}:`.padEnd(14)}${printable(text, 2_000)}`;
  return [
    line('Model', `${name}@${version}, for machine type ${machineType}`),
    line('In', place),
    line('Signed by', signerText(model)),
    line('Digest', digest),
    line('Contract', contractHash),
    line('Window', `${windowRowsMin} to ${windowRows} rows`),
    line('Inputs', inputs.map((input) => `${input.name} (${input.unit})`).join(', ')),
    line('Answers', `remaining life in ${output.unit}, up to ${output.labelCap}`),
    line(
      'Trained on',
      `${training.data}; ${training.machines} machines, seed ${training.seed}, ${training.backend}`,
    ),
    line('Files', files.map((file) => `${file.name} ${shownBytes(file.bytes)}`).join(', ')),
    '',
    ...metricsTable(manifest.metrics, output.unit),
  ];
}
