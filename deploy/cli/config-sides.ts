import type { TSchema } from '@sinclair/typebox';
import { ConfigError, type ConfigProblem } from '../../shared/config/problem.ts';
import type { LiveSettings } from '../../shared/config/reload.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { onlySide, requireSide } from '../service/installed-side.ts';
import { shellQuoted, toolName } from '../shown-commands.ts';

interface CheckedSide {
  config: unknown;
  problems: ConfigProblem[];
  warnings: ConfigProblem[];
  schema: TSchema;
}

/** Checks a configuration file of a side. @throws HarbingerError USAGE if there is no such side */
export async function checkSide(side: string, file: string): Promise<CheckedSide> {
  if (side === 'gateway') {
    const { checkGatewayConfig } = await import('../../gateway/main.ts');
    const { GatewayConfig } = await import('../../gateway/config.ts');
    return { ...checkGatewayConfig({ config: file }, { files: true }), schema: GatewayConfig };
  }
  if (side === 'cloud') {
    requireSide('cloud');
    const { checkCloudConfig } = await import('../../cloud/main.ts');
    const { CloudConfig } = await import('../../cloud/config.ts');
    return { ...checkCloudConfig({ config: file }, { files: true }), schema: CloudConfig };
  }
  throw new HarbingerError('USAGE', 'cli', `'${side}' is neither gateway nor cloud`);
}

/** @throws HarbingerError USAGE if there is no such side */
export function sideOf(side: string): 'gateway' | 'cloud' {
  if (side === 'gateway' || side === 'cloud') return side;
  throw new HarbingerError('USAGE', 'cli', `'${side}' is neither gateway nor cloud`);
}

/** Settings that a side follows while it runs. @throws HarbingerError USAGE */
export async function liveSettingsOf(side: string): Promise<LiveSettings> {
  if (sideOf(side) === 'gateway') return (await import('../../gateway/config.ts')).liveInGateway;
  requireSide('cloud');
  return (await import('../../cloud/config.ts')).liveInCloud;
}

export const otherSide = (side: string) => (side === 'gateway' ? 'cloud' : 'gateway');

/** Says so where a file fits the other side better: it has sections there that are unknown here. Else null. */
export async function otherSideHint(
  side: string,
  file: string,
  problems: readonly ConfigProblem[],
): Promise<string | null> {
  const unknown = (found: readonly ConfigProblem[]) =>
    found.filter(({ message }) => message.includes('unknown property ')).length;
  if (unknown(problems) === 0) return null;
  const other = otherSide(side);
  if (onlySide() === 'gateway') return null;
  if (unknown((await checkSide(other, file)).problems) >= unknown(problems)) return null;
  return `this looks like a ${other} configuration`;
}

/** Runs a side. Where its configuration is refused and is one of the other side, it says so. */
export async function runSide(
  side: 'gateway' | 'cloud',
  file: string | undefined,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const problems = error instanceof ConfigError && file !== undefined ? error.problems : [];
    const hint = file === undefined ? null : await otherSideHint(side, file, problems);
    if (hint !== null)
      process.stderr.write(`${hint}: ${toolName()} ${otherSide(side)} --config ${shellQuoted(file!)}\n`);
    throw error;
  }
}
