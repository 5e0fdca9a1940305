/** Updates of the system that this gateway runs on, if that is an image: says what is wanted to the image, and how it ended. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DesiredDocument, keyOf } from '../../../../shared/contract/fleet/documents.ts';
import { isTurnOf, UpdatesBody, updatesProblem } from '../../../../shared/contract/fleet/updates.ts';
import { replaceFileSync } from '../../../../shared/files/replace.ts';
import { codeOf, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type { FollowedKind, Waits } from '../../../ports/fleet/fleet.ts';

const check = compileValidator(UpdatesBody);
const bytesMax = 10_000;

/** The image's side, as files: deploy/image/files has the programs that read and write them. */
export interface ImageFiles {
  /** The version of the system that runs; it is not there where the gateway is a package. */
  version: string;
  /** The outcome of the latest update: its key, a word, and a sentence. */
  outcome: string;
  /** The wish: its key, and the address of the bundle. */
  wanted: string;
}

export class Updates implements FollowedKind {
  readonly kind = 'updates';
  private readonly files: ImageFiles;
  private readonly gateway: string;
  private readonly log: Log;
  private documents: readonly DesiredDocument[] = [];

  constructor(files: ImageFiles, gateway: string, log: Log) {
    this.files = files;
    this.gateway = gateway;
    this.log = log;
  }

  static in(dataDir: string, gateway: string, log: Log): Updates {
    const files = {
      version: '/usr/share/harbinger-image/version',
      outcome: '/var/lib/harbinger-box/update',
      wanted: join(dataDir, 'update-wanted'),
    };
    return new Updates(files, gateway, log);
  }

  problem(body: Record<string, unknown>): string | null {
    try {
      check(body, (problem) => new Error(problem));
    } catch (error) {
      return messageOf(error);
    }
    if (contentOf(this.files.version) === null)
      return 'this gateway runs from a package, which its owner updates with apt';
    return updatesProblem(body as UpdatesBody);
  }

  apply(): void {}

  prepare(documents: readonly DesiredDocument[]): void {
    this.documents = documents;
    const document = this.chosen();
    const body = document?.body as UpdatesBody | undefined;
    const isNew = body && body.system !== contentOf(this.files.version);
    const text = isNew ? `${updateKeyOf(body)}\n${body.source}\n` : null;
    try {
      if (text === null) rmSync(this.files.wanted, { force: true });
      else if (contentOf(this.files.wanted) !== text.trim()) replaceFileSync(this.files.wanted, text);
    } catch (error) {
      this.log.error(
        { code: codeOf(error), problem: messageOf(error) },
        'that an update is wanted cannot be saved; it is tried again when something changes',
      );
    }
  }

  waits(document: DesiredDocument): Waits | null {
    const body = document.body as UpdatesBody;
    const chosen = this.chosen();
    if (chosen && keyOf(chosen) !== keyOf(document))
      return { state: 'refused', problem: 'another document is for this gateway alone' };
    if (body.system === contentOf(this.files.version)) return null;
    if (document.gateway === undefined && !isTurnOf(this.gateway, body))
      return { state: 'preparing', problem: 'its turn comes when those before it run well' };
    const [key, state, words = ''] = (contentOf(this.files.outcome) ?? '').split('\n');
    if (key !== updateKeyOf(body)) return { state: 'preparing', problem: 'it is not begun yet' };
    if (state === 'refused' || state === 'left')
      return { state: 'refused', problem: `the update ${words || state}`.slice(0, 500) };
    return { state: 'preparing', problem: `the update ${words || state}`.slice(0, 500) };
  }

  /** The document for this gateway alone, or else one for all whose turn has come. */
  private chosen(): DesiredDocument | undefined {
    return (
      this.documents.find(({ gateway }) => gateway !== undefined) ??
      this.documents.find(({ body }) => isTurnOf(this.gateway, body as UpdatesBody))
    );
  }
}

/** One bundle at one address, whatever share of the fleet has its turn: it is tried once. */
const updateKeyOf = ({ system, source }: UpdatesBody) => `${system} ${source}`;

function contentOf(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > bytesMax ? null : text.trim();
  } catch {
    return null;
  }
}
