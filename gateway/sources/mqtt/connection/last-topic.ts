/** Longer topics are not remembered: no route takes them, and each connection would keep one. */
const bytesMax = 4_096;

/** Remembers the last topic of a connection by its bytes, so that the next message on it is neither decoded nor checked. */
export class LastTopic {
  text = '';
  /** Starts with the topic; the rest is left over from longer ones. */
  private bytes: Buffer = Buffer.alloc(0);
  private length = 0;
  private version = -1;

  /** True if `chunk[start, end)` is the topic that was remembered under this version. */
  matches(chunk: Buffer, start: number, end: number, version: number): boolean {
    if (version !== this.version || end - start !== this.length) return false;
    const { bytes } = this;
    // Compared from the end, where topics differ most often: sensor names come last.
    for (let i = end - start - 1; i >= 0; i--) if (bytes[i] !== chunk[start + i]) return false;
    return true;
  }

  remember(text: string, chunk: Buffer, start: number, end: number, version: number): void {
    if (end - start > bytesMax) return;
    this.length = end - start;
    if (this.length > this.bytes.length) this.bytes = Buffer.alloc(2 * this.length);
    chunk.copy(this.bytes, 0, start, end);
    this.text = text;
    this.version = version;
  }
}
