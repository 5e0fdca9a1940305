/** `harbinger monitoring`: writes what Harbinger brings along for Prometheus and Grafana. */
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { makeFolder } from '../../../shared/files/make-folder.ts';
import { replaceFileSync } from '../../../shared/files/replace.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import { printJson } from '../output.ts';

interface MonitoringFlags {
  to: string;
  json?: boolean;
}

/** Prometheus and Grafana run as other users. */
const modes = { folder: 0o755, file: 0o644 };

export function addMonitoring(program: Command): void {
  program
    .command('monitoring')
    .description('write alert rules for Prometheus and dashboards for Grafana into a folder')
    .requiredOption(
      '--to <dir>',
      'the folder; files of an earlier version are replaced, others are left alone',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  harbinger monitoring --to /etc/harbinger/monitoring
  harbinger monitoring --to deploy/containers/monitoring --json

It says which files it has written; deploy/docs/prometheus-and-grafana.md says what to do with them. Write them anew after an update.
`,
    )
    .action(async ({ to, json }: MonitoringFlags) => {
      const { monitoringFiles } = await import('../../monitoring/monitoring.ts');
      const files = Object.entries(monitoringFiles()).map(([name, text]) => ({ path: join(to, name), text }));
      for (const { path, text } of files) write(path, text);
      if (json) return printJson({ files: files.map(({ path }) => path) });
      for (const { path } of files) process.stdout.write(`${path}\n`);
    });
}

function write(path: string, text: string): void {
  try {
    makeFolder(dirname(path), modes.folder);
    replaceFileSync(path, text, { mode: modes.file });
  } catch (error) {
    const message = `${path} cannot be written: ${messageOf(error)}; name a folder that you may write with --to`;
    throw new HarbingerError('MONITORING_UNWRITABLE', 'cli', message, { cause: error });
  }
}
