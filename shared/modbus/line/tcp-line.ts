import type { Clock } from '../../runtime/clock.ts';
import type { ReadRequest } from '../frames/request.ts';
import { TcpFrames, tcpAnswer, tcpRequest } from '../frames/tcp.ts';
import type { Channel } from './channel.ts';
import type { Line, LineCounts, Outcome } from './line.ts';

interface UnderWay {
  request: ReadRequest;
  transaction: number;
  end(outcome: Outcome): void;
}

/** Modbus TCP: each answer names the transaction of its request, so that a late one is known as such. */
export class TcpLine implements Line {
  readonly counts: LineCounts;
  readonly gone: Promise<string>;
  private readonly channel: Channel;
  private readonly clock: Clock;
  private readonly frames = new TcpFrames();
  private transaction = 0;
  private isClosed = false;
  private notModbus: string | null = null;
  private underWay: UnderWay | null = null;

  constructor(channel: Channel, counts: LineCounts, clock: Clock) {
    this.channel = channel;
    this.counts = counts;
    this.clock = clock;
    channel.stream.on('data', (chunk: Buffer) => this.take(chunk));
    channel.stream.on('error', () => undefined); // `gone` says it
    this.gone = channel.gone.then((reason) => {
      this.isClosed = true;
      this.underWay?.end({ kind: 'closed' });
      return this.notModbus ?? reason;
    });
  }

  isTrusted(): boolean {
    return true;
  }

  request(request: ReadRequest, timeoutMs: number): Promise<Outcome> {
    if (this.isClosed) return Promise.resolve({ kind: 'closed' });
    this.transaction = (this.transaction + 1) & 0xffff;
    this.counts.requests += 1;
    const { transaction } = this;
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(timeoutMs, () => this.underWay?.end({ kind: 'silent' }));
      this.underWay = {
        request,
        transaction,
        end: (outcome) => {
          timer.cancel();
          this.underWay = null;
          resolve(outcome);
        },
      };
      this.channel.stream.write(tcpRequest(transaction, request));
    });
  }

  async close(): Promise<void> {
    await this.channel.close();
  }

  private take(chunk: Buffer): void {
    if (this.notModbus !== null) return;
    const frames = this.frames.push(chunk);
    if (frames === null) {
      this.counts.strayBytes += chunk.length;
      this.notModbus =
        'what came is not Modbus TCP; is it RTU over TCP (framing = "rtu"), or another service?';
      void this.channel.close();
      return;
    }
    for (const frame of frames) {
      const { underWay } = this;
      if (underWay?.transaction !== frame.transaction) {
        this.counts.strayBytes += frame.pdu.length;
        continue;
      }
      const answer = tcpAnswer(frame, underWay.request);
      if (answer === null) underWay.end({ kind: 'damaged', bytes: frame.pdu.length });
      else if ('data' in answer) underWay.end({ kind: 'data', data: answer.data });
      else underWay.end({ kind: 'exception', code: answer.exception });
    }
  }
}
