import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { Node } from './node.ts';

/** Requests of all edge nodes together within a second. */
const perSecondMax = 10;
const timesMax = 64;
const waitingMax = 2_000;

/**
 * Asks edge nodes for their births, each not more often than the settings say, and ever less often while it does not help: an
 * edge node that is asked without end has no time for its devices.
 */
export class Rebirths {
  sent = 0;
  private readonly waiting = new Set<Node>();
  private readonly clock: Clock;
  private readonly everyMs: number;
  private readonly send: (node: Node) => void;
  private secondMs = 0;
  private inSecond = 0;

  constructor(clock: Clock, everyMs: number, send: (node: Node) => void) {
    this.clock = clock;
    this.everyMs = everyMs;
    this.send = send;
  }

  /** Asks now, or as soon as that is permitted, if it is still needed then. */
  ask(node: Node): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs >= node.askAgainMs && this.hasRoom(nowMs)) this.askNow(node, nowMs);
    else if (this.waiting.size < waitingMax) this.waiting.add(node);
  }

  /** Asks what has waited long enough; called now and then. */
  tick(): void {
    const nowMs = this.clock.monotonicMs();
    for (const node of this.waiting) {
      if (node.isSure) this.waiting.delete(node);
      else if (nowMs >= node.askAgainMs) {
        if (!this.hasRoom(nowMs)) return;
        this.waiting.delete(node);
        this.askNow(node, nowMs);
      }
    }
  }

  forget(): void {
    this.waiting.clear();
  }

  private hasRoom(nowMs: number): boolean {
    if (nowMs - this.secondMs < 1_000) return this.inSecond < perSecondMax;
    this.secondMs = nowMs;
    this.inSecond = 0;
    return true;
  }

  private askNow(node: Node, nowMs: number): void {
    this.inSecond += 1;
    this.sent += 1;
    node.askAgainMs = nowMs + this.everyMs * Math.min(timesMax, 2 ** node.asked);
    node.asked += 1;
    this.send(node);
  }
}
