/** Reports the current run and the estimated time left, which it corrects by the error of the estimates so far. */
export class Progress {
  readonly #expected: readonly number[];
  readonly #write: (text: string) => void;
  readonly #beganAtMs = performance.now();
  #finished = 0;
  /** Seconds needed per second estimated. */
  #pace = 1;

  /** @param expected estimated seconds of each part */
  constructor(expected: readonly number[], write: (text: string) => void) {
    this.#expected = expected;
    this.#write = write;
  }

  say(text: string): void {
    const left = sum(this.#expected.slice(this.#finished)) * this.#pace;
    this.#write(`[${clock(this.#elapsed())}, about ${clock(left)} left] ${text}`);
  }

  /** Notes that a part is complete. */
  done(): void {
    this.#finished++;
    this.#pace = this.#elapsed() / sum(this.#expected.slice(0, this.#finished));
  }

  #elapsed(): number {
    return (performance.now() - this.#beganAtMs) / 1_000;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
