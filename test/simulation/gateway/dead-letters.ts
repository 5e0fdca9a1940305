/** Dead letters in memory: durable a while after they were added, and at a crash the first of those under way or all. */
import type { DeadLetters } from '../../../gateway/deadletters/dead-letters.ts';
import type { DeadLetter } from '../../../gateway/ports/dead-letters.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { between, type Process, type World, whole } from '../world/world.ts';

type Letter = Omit<DeadLetter, 'id'>;

export class SimulatedLetters {
  readonly kept: DeadLetter[] = [];
  private readonly random: Random;
  private readonly world: World;
  private underWay: (readonly Letter[])[] = [];

  constructor(world: World) {
    this.world = world;
    this.random = world.random('letters');
  }

  open(process: Process): DeadLetters {
    return {
      add: async (letters) => {
        // Payloads are views that their owner uses again.
        const copy = letters.map((letter) => ({ ...letter, payload: Buffer.from(letter.payload) }));
        this.underWay.push(copy);
        await process.pause(between(this.random, 0.5, 5));
        this.underWay = this.underWay.filter((each) => each !== copy);
        this.keep(copy);
      },
      list: async ({ limit, beforeId = Number.POSITIVE_INFINITY }) =>
        this.kept
          .filter(({ id }) => id < beforeId)
          .slice(-limit)
          .reverse(),
      show: async (id) => this.kept.find((letter) => letter.id === id) ?? null,
      drop: async () => 0,
      counts: () => ({ count: this.kept.length, bytes: 0, dropped: 0, byCode: {} }),
      stop: async () => undefined,
    };
  }

  crash(): void {
    const survive = whole(this.random, 0, this.underWay.length);
    for (const letters of this.underWay.splice(0).slice(0, survive)) this.keep(letters);
  }

  private keep(letters: readonly Letter[]): void {
    for (const letter of letters) this.kept.push({ id: this.kept.length + 1, ...letter });
    this.world.note(`dead letters +${letters.length}`);
  }
}
