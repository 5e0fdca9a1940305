/** A message that came and is not acknowledged yet. */
export interface Unanswered {
  readonly messageId: number;
  readonly qos: 0 | 1 | 2;
  readonly bytes: number;
  isStored: boolean;
}

/**
 * Messages of one connection on their way to the disk, in the order in which they came: MQTT wants them acknowledged in
 * that order, whatever the order in which they are stored.
 */
export class UnansweredQueue {
  bytes = 0;
  /** Messages at QoS 0, which nobody waits for, among them. */
  private readonly waiting: Unanswered[] = [];
  private first = 0;
  private readonly answer: (message: Unanswered) => void;

  constructor(answer: (message: Unanswered) => void) {
    this.answer = answer;
  }

  get count(): number {
    return this.waiting.length - this.first;
  }

  add(message: Unanswered): void {
    this.waiting.push(message);
    this.bytes += message.bytes;
  }

  /** Acknowledges what is stored, up to the first one that is not. */
  settle(): void {
    while (this.first < this.waiting.length && this.waiting[this.first]!.isStored) {
      const message = this.waiting[this.first]!;
      this.first += 1;
      this.bytes -= message.bytes;
      this.answer(message);
    }
    if (this.first < 256 && this.first < this.waiting.length) return;
    this.waiting.splice(0, this.first);
    this.first = 0;
  }
}
