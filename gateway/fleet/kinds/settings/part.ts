import { type TObject, Type } from '@sinclair/typebox';
import { setAt, valueAt } from '../../../../shared/config/changed-settings.ts';
import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { SettingsBody } from '../../../../shared/contract/fleet/settings.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type { FollowedKind, Waits } from '../../../ports/fleet/fleet.ts';
import { schemaAt, settable } from './settable.ts';

const check = compileValidator(SettingsBody);
const fail = (problem: string) => new Error(problem);
const bodyOf = ({ body }: DesiredDocument) => body as SettingsBody;

/**
 * Settings of the configuration that the cloud wants otherwise than the file. It changes the table that the rooms read; what is
 * read at the start alone is changed before it, and waits for the next start if it comes later.
 */
export class Settings implements FollowedKind {
  readonly kind = 'settings';
  private readonly table: Record<string, unknown>;
  private readonly schema: TObject;
  /** Values of the file, of settings that are otherwise now. */
  private readonly ofFile = new Map<string, unknown>();
  /** Settings that the cloud wants otherwise. */
  private wanted: ReadonlySet<string> = new Set();
  private readonly checks = new Map<string, ReturnType<typeof compileValidator>>();

  /** @param table the configuration that the gateway runs by, which it changes; @param schema of it */
  constructor(table: object, schema: TObject) {
    this.table = table as Record<string, unknown>;
    this.schema = schema;
  }

  /** Takes what counts from the start on; called before anything is made by the configuration. */
  begin(documents: readonly DesiredDocument[]): void {
    const wanted = wantedBy(documents);
    this.wanted = new Set(wanted.keys());
    for (const [setting, value] of wanted) this.set(setting, value);
  }

  problem(body: Record<string, unknown>): string | null {
    try {
      const { setting, value } = check(body, fail);
      if (!settable.has(setting))
        return `${setting} cannot be set from the cloud; there are: ${[...settable.keys()].join(', ')}`;
      this.checkOf(setting)({ value }, fail);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  waits(document: DesiredDocument): Waits | null {
    const { setting, value } = bodyOf(document);
    const now = valueAt(this.table, setting);
    if (!settable.get(setting)?.atStart || now === value) return null;
    const problem = `${setting} is ${JSON.stringify(now)} until the gateway starts again`;
    return { state: 'preparing', problem };
  }

  apply(documents: readonly DesiredDocument[]): void {
    const wanted = wantedBy(documents);
    this.wanted = new Set(wanted.keys());
    for (const [setting, { atStart }] of settable) {
      if (atStart) continue;
      if (wanted.has(setting)) this.set(setting, wanted.get(setting));
      else if (this.ofFile.has(setting)) this.set(setting, this.ofFile.get(setting));
    }
  }

  /** Takes another value of the file, which counts unless the cloud wants another one. */
  takeFromFile(setting: string, value: unknown): void {
    if (this.ofFile.has(setting)) this.ofFile.set(setting, value);
    if (!this.wanted.has(setting)) setAt(this.table, setting, value);
  }

  private set(setting: string, value: unknown): void {
    if (!this.ofFile.has(setting)) this.ofFile.set(setting, valueAt(this.table, setting));
    setAt(this.table, setting, value);
  }

  private checkOf(setting: string): ReturnType<typeof compileValidator> {
    const known = this.checks.get(setting);
    if (known) return known;
    const made = compileValidator(Type.Object({ value: schemaAt(this.schema, setting)! }));
    this.checks.set(setting, made);
    return made;
  }
}

/** Values by setting: a document for this gateway counts more than one for all, and of two alike the newer one. */
function wantedBy(documents: readonly DesiredDocument[]): Map<string, unknown> {
  const own = (document: DesiredDocument) => Number(document.gateway !== undefined);
  const inOrder = [...documents].sort((a, b) => own(a) - own(b) || a.version - b.version);
  return new Map(inOrder.map((document) => [bodyOf(document).setting, bodyOf(document).value]));
}
