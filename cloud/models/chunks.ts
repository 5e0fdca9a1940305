import { open } from 'node:fs/promises';
import {
  encodePiece,
  encodeProblem,
  namedInAsk,
  notUnderstood,
  parseAsk,
} from '../../shared/contract/models/chunks.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { ModelChunks } from '../ports/models/models.ts';
import type { Registry } from './registry.ts';

/** Pieces that are read at the same time, for all gateways; further ones are told to ask again. */
const readingMax = 16;

/** Hands out the models of a registry in pieces. It remembers nothing of who has asked for what. */
export class RegistryChunks implements ModelChunks {
  private readonly registry: Pick<Registry, 'find' | 'pathOf'>;
  private readonly log: Log;
  private reading = 0;

  constructor(registry: Pick<Registry, 'find' | 'pathOf'>, log: Log) {
    this.registry = registry;
    this.log = log;
  }

  async answer(asked: Buffer): Promise<Buffer | null> {
    const ask = parseAsk(asked);
    if (!ask) {
      const named = namedInAsk(asked);
      return named && encodeProblem({ ...named, problem: notUnderstood });
    }
    const { id, name, model, offset, bytes } = ask;
    const about = { id, name, model };
    const known = this.registry.find({ name, version: model });
    if (!known) return encodeProblem({ ...about, problem: 'absent' });
    if (this.reading >= readingMax) return encodeProblem({ ...about, problem: 'busy' });
    this.reading++;
    try {
      const piece = await pieceOf(
        this.registry.pathOf({ name, version: model }),
        offset,
        Math.min(bytes, Math.max(0, known.bytes - offset)),
      );
      return encodePiece({ ...about, offset, total: known.bytes, sha256: known.sha256, bytes: piece });
    } catch (error) {
      this.log.error(
        { code: 'REGISTRY_UNREADABLE', name, version: model, problem: messageOf(error) },
        'a model cannot be handed out',
      );
      return encodeProblem({ ...about, problem: 'unreadable' });
    } finally {
      this.reading--;
    }
  }
}

async function pieceOf(path: string, offset: number, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const piece = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(piece, 0, bytes, offset);
    if (bytesRead < bytes) throw new Error(`it ends ${bytes - bytesRead} bytes too early`);
    return piece;
  } finally {
    await file.close();
  }
}
