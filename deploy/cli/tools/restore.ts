/** `harbinger restore`: a data folder from a backup. */
import type { Command } from 'commander';
import { restoreBackup } from '../../../shared/backup/restore.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { stopSignal } from '../options.ts';
import { printJson } from '../output.ts';
import { Progress } from './progress.ts';

interface RestoreOptions {
  from: string;
  data: string;
  json?: boolean;
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('restore a data folder from a backup')
    .requiredOption('--from <file>', 'the backup')
    .requiredOption('--data <dir>', 'the data folder: an empty one, or one that does not exist yet')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The backup is checked while it is restored; if anything in it is damaged, the folder is left empty. A folder whose
restore was interrupted is refused by gateway and cloud. Run it as the user that will run them, or as root on a folder
that belongs to that user.

A restored cloud lacks what gateways have delivered since the backup, and says so at each start. Their journals may
still have it: stop them, remove journal/cursors.json from their data folders, start the cloud, then the gateways.

A restored gateway sends again what its cloud has got since the backup; the cloud recognises that and stores it once.
Make sure that the gateway that was backed up does not run any more.

Example:
  harbinger restore --from gateway-2026-11-28.tar --data /var/lib/harbinger/gateway
`,
    )
    .action(async ({ from, data, json }: RestoreOptions) => {
      const progress = new Progress(`restoring ${data}`, systemClock);
      const onProgress = (done: number, all: number) => progress.show(done, all);
      const manifest = await restoreBackup({
        from,
        dir: data,
        signal: stopSignal(),
        clock: systemClock,
        onProgress,
      }).finally(() => progress.end());
      const { role, takenAt, version, leftOut } = manifest;
      if (json) return printJson({ data, role, takenAt, version, files: manifest.files.length, leftOut });
      process.stdout.write(`${data} is now the data folder of the ${role} as of ${takenAt}\n`);
      process.stdout.write(`${lossOf[role]}\n`);
    });
}

const lossOf = {
  gateway:
    'what it acknowledged later is lost, unless its cloud has got it; statistics of later readings are learnt anew',
  cloud:
    'what gateways delivered later is missing; what their journals still have can be sent again: see deploy/docs/site.md before you start it',
} as const;
