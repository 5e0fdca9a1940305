/** Admits `insideMax` callers at a time. Others wait in order of arrival; with `waitingMax` waiting, further ones are refused. */
export class Gate {
  readonly #insideMax: number;
  readonly #waitingMax: number;
  readonly #full: () => Error;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limits: { insideMax: number; waitingMax: number }, full: () => Error) {
    this.#insideMax = limits.insideMax;
    this.#waitingMax = limits.waitingMax;
    this.#full = full;
  }

  async enter(): Promise<void> {
    if (this.#inside < this.#insideMax) {
      this.#inside++;
      return;
    }
    if (this.#waiting.length >= this.#waitingMax) throw this.#full();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Frees a slot, for the caller that has waited longest. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inside--;
  }
}
