/** `harbinger setup`: asks for the first settings, or takes them from a file, and starts the service. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { ConfigError } from '../../../shared/config/problem.ts';
import { replaceFileSync } from '../../../shared/files/replace.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { onlySide, type Side } from '../../service/installed-side.ts';
import { checkSide } from '../config-sides.ts';
import { type Answers, answersIn, askAll, questionsOf } from './answers.ts';
import { settingsOf } from './settings.ts';

interface Options {
  answers?: string;
  config?: string;
  start: boolean;
}

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('ask for the first settings of a gateway or a cloud, write them, and start its service')
    .argument('[gateway|cloud]', 'side; needed where both are installed')
    .option(
      '--answers <file>',
      'TOML file with the answers, instead of asking: site, gateway, cloud, password, machine, type',
    )
    .option(
      '--config <file>',
      'configuration beside which the answers are put (default /etc/harbinger/SIDE.toml)',
    )
    .option('--no-start', 'do not start the service')
    .addHelpText('after', '\nExample:\n  sudo harbinger setup gateway\n')
    .action(async (given: string | undefined, options: Options) => {
      const side = sideOf(given);
      const questions = questionsOf(side, hostname());
      const answers =
        options.answers === undefined
          ? await askPerson(side, questions)
          : answersIn(readFileSync(options.answers, 'utf8'), questions);
      const config = options.config ?? `/etc/harbinger/${side}.toml`;
      const next = await apply(side, answers, config);
      const { stdout } = process;
      stdout.write(`Written: ${dropInOf(config)}\n`);
      if (options.start && existsSync('/run/systemd/system')) stdout.write(`${startService(side)}\n`);
      for (const line of next) stdout.write(`${line}\n`);
      stdout.write(`What does not work, and why: harbinger doctor ${side}\n`);
    });
}

function sideOf(given: string | undefined): Side {
  const side = given ?? onlySide();
  if (side === 'gateway' || side === 'cloud') return side;
  throw new HarbingerError('USAGE', 'cli', `say which side is set up: harbinger setup gateway, or cloud`);
}

export const dropInOf = (config: string) => join(`${config}.d`, '10-setup.toml');

/**
 * Writes the drop-in and checks the whole configuration; if that is refused, what was there before stays.
 * @returns what to tell the person @throws ConfigError, system errors
 */
export async function apply(side: Side, answers: Answers, config: string): Promise<string[]> {
  const path = dropInOf(config);
  const { text, next } = await settingsOf(side, answers);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (!existsSync(config)) replaceFileSync(config, '# Settings of your own.\n', { mode: 0o644 });
  makeReadable(dirname(path));
  writeSecret(path, text, dirname(config));
  const { problems } = await checkSide(side, config);
  if (problems.length === 0) return next;
  if (before === null) rmSync(path, { force: true });
  else writeSecret(path, before, dirname(config));
  throw new ConfigError(problems);
}

/** The user of the service reads the folder, whatever the umask of the person is. */
function makeReadable(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

/** The file has passwords: only root, and the group that owns the folder of the configuration, may read it. */
function writeSecret(path: string, text: string, folder: string): void {
  replaceFileSync(path, text, { mode: 0o600 });
  const { gid } = statSync(folder);
  if (process.getuid?.() === 0) chownSync(path, 0, gid);
  chmodSync(path, gid === 0 ? 0o600 : 0o640);
}

/** Returns what has happened. */
function startService(side: Side): string {
  const unit = `harbinger-${side}.service`;
  for (const args of [
    ['enable', unit],
    ['restart', unit],
  ]) {
    const { status, stderr, error } = spawnSync('systemctl', args, { encoding: 'utf8', timeout: 120_000 });
    if (status !== 0)
      return `The service does not run (${(error?.message ?? stderr).trim()}): journalctl -u ${unit} says why`;
  }
  return `The service ${unit} runs`;
}

async function askPerson(side: Side, questions: Parameters<typeof askAll>[0]): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const lines = terminal[Symbol.asyncIterator]();
  process.stdout.write(`The first settings of this ${side}. Enter takes what stands in brackets.\n`);
  try {
    return await askAll(
      questions,
      async (text) => {
        process.stdout.write(text);
        const { value, done } = await lines.next();
        if (done)
          throw new HarbingerError(
            'SETUP_ANSWERS',
            'config',
            'the input ended before all questions were answered',
          );
        return value;
      },
      (text) => process.stdout.write(text),
    );
  } finally {
    terminal.close();
  }
}
