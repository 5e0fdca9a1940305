/** `harbinger models train`: by recorded or simulated lives, or by what a cloud has stored. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultDataDir } from '../../../shared/files/paths.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { ownKey } from '../../keys/model-keys.ts';
import { signFolder } from '../models/sign.ts';
import { fromOne, stopSignal, time, wholeNumber } from '../options.ts';
import type { StoreFlags } from './train-from-store.ts';

export function addTrain(group: Command): void {
  group
    .command('train')
    .description(
      'train a model on runs to failure, or on what a cloud has stored; the same command resumes a run',
    )
    .argument('[name]', 'pump-rul, rul-turbofan or rul-bearing; with --from store the machine type says it')
    .option(
      '--data <dir>',
      'folder with the recorded runs (rul-turbofan: NASA’s C-MAPSS text files; rul-bearing: FEMTO CSV files); with --from store the cloud’s data folder',
    )
    .option('--subset <name>', 'one of the model’s data sets, e.g. FD001 (default: all)')
    .option('--seed <n>', 'the same seed gives the same model', wholeNumber, 1)
    .option('--out <dir>', 'folder for the model (default: its folder under models/artefacts)')
    .option('--key <key>', 'key to sign it with (default: $HARBINGER_MODEL_KEY, or the only key)')
    .addOption(
      new Option('--from <where>', 'store: by the lives, readings and outcomes that a cloud has').choices([
        'store',
      ]),
    )
    .option('--machine-type <type>', 'from the store: the type whose machines are learnt from')
    .option(
      '--machine-types <dir>',
      'from the store: folder of types of your own, as in the cloud’s configuration',
    )
    .option(
      '--url <url>',
      'from the store: the cloud’s HTTP address (default: found through the data folder)',
    )
    .option('--token <token>', 'from the store: API token (better: $HARBINGER_TOKEN)')
    .option('--since <time>', 'from the store: only readings after this', time)
    .option('--until <time>', 'from the store: only what was known then; the same gives the same model', time)
    .option('--lives-min <n>', 'from the store: fewest lives to a failure to learn from', fromOne, 10)
    .option('--hold-back <part>', 'from the store: part of the machines to examine it on', share, 0.25)
    .option(
      '--rows-max <n>',
      'from the store: most readings; of more, the latest lives count',
      fromOne,
      2_000_000,
    )
    .option(
      '--epochs <n>',
      'from the store: passes over the data (default: those of the type’s recipe)',
      fromOne,
    )
    .option(
      '--champion <ref>',
      'from the store: NAME@VERSION to compare it with (default: the one that judges)',
    )
    .option('--model-version <version>', 'from the store: its version (default: the next one), e.g. 2.1.0')
    .option('--tolerance <part>', 'from the store: so much worse it may be', share, 0.05)
    .addOption(
      new Option('--shadow <when>', 'from the store: ask for a shadow')
        .choices(['if-not-worse', 'always', 'never'])
        .default('if-not-worse'),
    )
    .option('--machines <pattern...>', 'from the store: the shadow runs on these: SITE/MACHINE, with *')
    .option('--no-push', 'from the store: leave it in its folder')
    .option('--no-sign', 'from the store: leave it unsigned')
    .option('--by <name>', 'from the store: who asks for it (default: the user of this shell)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  harbinger models train pump-rul --out models
  harbinger models train --from store --machine-type pump
  harbinger models train --from store --machine-type pump --until 2026-11-30T12:00Z --no-push --json
  harbinger models train --from store --machine-type pump --machines 'plant/*' --tolerance 0.1

From the store, machines are held back and the candidate is examined on their lives beside the version that judges: how far its
remaining life is off, which failures each would have warned of, how early, and with how many false alarms. It is signed, pushed to the
registry, and runs as a shadow only if it is not worse. With too few lives it says so and trains nothing.
`,
    )
    .action(async (name: string | undefined, flags: StoreFlags) => {
      // A key that cannot be read is told before hours of training, and not after.
      if (flags.sign) ownKey(flags.key);
      if (flags.from === 'store') return trainFromStore(name, flags);
      if (name === undefined)
        throw new HarbingerError(
          'USAGE',
          'cli',
          'name a model (pump-rul, rul-turbofan, rul-bearing), or say --from store',
        );
      return trainRecorded(name, flags);
    });
}

async function trainRecorded(name: string, flags: StoreFlags): Promise<void> {
  const { data, subset, seed, out, key, sign } = flags;
  const { runTrain } = await import('../../../models/main.ts');
  const written = (folder: string) => (sign ? printLine(signedText(folder, key)) : undefined);
  await runTrain(
    {
      ...{ name, seed, signal: stopSignal(), written },
      ...(data !== undefined && { dataDir: data }),
      ...(subset !== undefined && { subset }),
      ...(out !== undefined && { artefactsDir: out }),
    },
    printLine,
  );
}

async function trainFromStore(name: string | undefined, flags: StoreFlags): Promise<void> {
  const { runFromStore } = await import('./train-from-store.ts');
  const { machineType, key } = flags;
  if (machineType === undefined || name !== undefined)
    throw new HarbingerError('USAGE', 'cli', 'from the store, say of which machines: --machine-type pump');
  await runFromStore({
    ...flags,
    machineType,
    out: flags.out ?? join(defaultDataDir(), 'retrained'),
    sign: (folder) => (flags.sign ? (signFolder(folder, key)?.signature.key ?? null) : null),
    signal: stopSignal(),
  });
}

function signedText(folder: string, key: string | undefined): string {
  const signed = signFolder(folder, key);
  return signed
    ? `signed with the key ${signed.signature.key}`
    : 'not signed, as there is no key: gateways run it only once it is (harbinger models keys create, harbinger models sign)';
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('a part from 0 to less than 1 is needed');
  return value;
}

const printLine = (line: string) => void process.stdout.write(`${line}\n`);
