/** `harbinger doctor` and `harbinger support-bundle`. */
import type { Command } from 'commander';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { onlySide } from '../../service/installed-side.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { gatherFacts, type Place } from './facts.ts';
import { type Finding, findingsOf } from './findings.ts';
import { supportBundle } from './support-bundle.ts';

interface Options {
  config?: string;
  data?: string;
  json?: boolean;
  to?: string;
}

export function addDoctor(program: Command): void {
  withPlace(
    program
      .command('doctor')
      .description(
        'look at clock, disk, network, configuration, service, model and backlog; say what is wrong and what to do',
      ),
  )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  sudo harbinger doctor gateway\n')
    .action(async (side: string | undefined, options: Options) => {
      const findings = findingsOf(await gatherFacts(placeOf(side, options)));
      if (options.json) printJson({ findings });
      else process.stdout.write(findings.map(lineOf).join(''));
      if (findings.some(({ state }) => state === 'wrong')) process.exitCode = exitCodes.failed;
    });
  withPlace(
    program
      .command('support-bundle')
      .description(
        'collect findings, configuration, state and log for a helper, without passwords, tokens and readings',
      ),
  )
    .option('--to <file>', 'file to write (default: harbinger-support.json here)')
    .addHelpText('after', '\nExample:\n  sudo harbinger support-bundle gateway --to /tmp/support.json\n')
    .action(async (side: string | undefined, options: Options) => {
      const to = options.to ?? 'harbinger-support.json';
      await supportBundle(placeOf(side, options), to);
      process.stdout.write(
        `Written: ${to}. Passwords and tokens are left out; read it before you send it.\n`,
      );
    });
}

function withPlace(command: Command): Command {
  return command
    .argument('[gateway|cloud]', 'side; needed where both are installed')
    .option('--config <file>', 'its configuration (default /etc/harbinger/SIDE.toml)')
    .option('--data <dir>', 'its data folder (default /var/lib/harbinger/SIDE)');
}

function placeOf(given: string | undefined, { config, data }: Options): Place {
  const side = given ?? onlySide();
  if (side !== 'gateway' && side !== 'cloud')
    throw new HarbingerError('USAGE', 'cli', 'say which side: harbinger doctor gateway, or cloud');
  return {
    side,
    configFile: config ?? `/etc/harbinger/${side}.toml`,
    dataDir: data ?? `/var/lib/harbinger/${side}`,
  };
}

const marks = { ok: 'ok     ', doubt: 'doubt  ', wrong: 'WRONG  ' } as const;

export function lineOf({ about, state, text, advice }: Finding): string {
  const said = `${marks[state]} ${about}: ${text}\n`;
  return advice === undefined ? said : `${said}          what to do: ${advice}\n`;
}
