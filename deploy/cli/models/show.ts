import type { Command } from 'commander';
import { metricsTable } from '../../../models/measure/figures.ts';
import { printable, printJson } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { type DescribedModel, describedHere, signerText, unknownModel } from './described.ts';

interface ShowOptions {
  card?: boolean;
  json?: boolean;
}

/** `harbinger models show`. */
export function addShowModel(group: Command): void {
  group
    .command('show')
    .description('show a model: what it is for, how good it is, who has signed it')
    .argument('<model>', 'the folder of one, or NAME or NAME@VERSION of one that comes with the product')
    .option('--card', 'also print the model card')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger models show pump-rul\n  harbinger models show models/pump-rul --card\n',
    )
    .action((model: string, { card, json }: ShowOptions) => {
      const described = describedHere(model);
      if (!described) throw unknownModel(model);
      if (json) return printJson({ ...described, signedBy: signerText(described) });
      for (const line of linesOf(described)) process.stdout.write(`${line}\n`);
      if (card && described.card !== null) process.stdout.write(`\n${described.card}`);
    });
}

function linesOf(described: DescribedModel): string[] {
  const { manifest, files, digest, place } = described;
  const { name, version, machineType, contractHash, windowRows, windowRowsMin, inputs, output, training } =
    manifest;
  const line = (what: string, text: string) => `${`${what}:`.padEnd(14)}${printable(text, 2_000)}`;
  return [
    line('Model', `${name}@${version}, for machine type ${machineType}`),
    line('In', place),
    line('Signed by', signerText(described)),
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
