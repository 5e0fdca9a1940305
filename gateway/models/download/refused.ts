import { readFileSync } from 'node:fs';
import { ownVersion } from '../../../shared/files/paths.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';

/** Models that were refused are remembered, the latest. */
const rememberedMax = 100;

/** Problems that another configuration would end: they are forgotten at the next start. */
const ofConfiguration = [
  'MODEL_REFUSED_KEY',
  'MODEL_REFUSED_MACHINE_TYPE',
  'MODEL_REFUSED_CONTRACT',
  'MODEL_REFUSED_SIZE',
];

export interface RefusedBundle {
  /** name@version */
  ref: string;
  /** The SHA-256 of its bundle. */
  sha256: string;
  code: string;
  problem: string;
}

/**
 * Bundles that must not run, in a file, so that they are not fetched again. It is forgotten when another version of the program
 * starts, which may understand what this one did not.
 */
export class RefusedBundles {
  private readonly path: string;
  private refused: readonly RefusedBundle[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Never throws: what cannot be read counts as empty, and its models are fetched and refused once more. */
  load(): void {
    try {
      const kept: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      const { by, refused } = (kept ?? {}) as Record<string, unknown>;
      if (by === ownVersion() && Array.isArray(refused))
        this.refused = refused.filter(isRefused).slice(0, rememberedMax);
    } catch {
      // As above.
    }
  }

  list(): readonly RefusedBundle[] {
    return this.refused;
  }

  /** @throws HarbingerError with the reason for which it was refused */
  check(ref: string, sha256: string): void {
    const known = this.refused.find((each) => each.ref === ref && each.sha256 === sha256);
    if (known) throw new HarbingerError(known.code, 'intelligence', known.problem);
  }

  add(refused: RefusedBundle): Promise<void> {
    return this.replace([refused, ...this.refused].slice(0, rememberedMax));
  }

  /** Another content has come under this name and version, and may run: what was refused before is not offered any more. */
  async forget(ref: string): Promise<void> {
    const others = this.refused.filter((each) => each.ref !== ref);
    if (others.length < this.refused.length) await this.replace(others);
  }

  private async replace(refused: readonly RefusedBundle[]): Promise<void> {
    this.refused = refused;
    const lasting = refused.filter(({ code }) => !ofConfiguration.includes(code));
    await replaceFile(this.path, JSON.stringify({ by: ownVersion(), refused: lasting })).catch(() => {
      // After a restart they are fetched and refused once more.
    });
  }
}

function isRefused(one: unknown): one is RefusedBundle {
  const { ref, sha256, code, problem } = (one ?? {}) as Record<string, unknown>;
  return [ref, sha256, code, problem].every((each) => typeof each === 'string');
}
