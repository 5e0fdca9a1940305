import { SMTPServer } from 'smtp-server';
import type { Answer, NotifierHarness } from './suite.ts';

const password = 'a mail password';
const codes: Partial<Record<Answer, number>> = { 'refuse-for-now': 451, 'refuse-for-good': 550 };

export const emailHarness: NotifierHarness = {
  kind: 'email',
  secrets: [password],
  async start() {
    const mails: string[] = [];
    let kind: Answer = 'confirm';
    let onReached = () => {};
    const reached = new Promise<void>((resolve) => {
      onReached = resolve;
    });
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      authOptional: true,
      onAuth: (_, __, done) => done(null, { user: 'harbinger' }),
      onData(stream, _, done) {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          if (kind === 'keep-silent') return onReached();
          mails.push(Buffer.concat(parts).toString());
          const responseCode = codes[kind];
          done(responseCode === undefined ? null : Object.assign(new Error('as told'), { responseCode }));
        });
      },
    });
    server.on('error', () => {});
    const listening = server.listen(0, '127.0.0.1');
    await new Promise<void>((resolve) => listening.once('listening', () => resolve()));
    return {
      config: {
        name: 'technicians',
        host: '127.0.0.1',
        port: (listening.address() as { port: number }).port,
        security: 'none',
        user: 'harbinger',
        password,
        from: 'harbinger@example.com',
        to: ['anna@example.com'],
      },
      answer(next) {
        kind = next;
      },
      reached: () => reached,
      received: () => mails.map((mail) => ({ key: keyOf(mail), content: withoutTransport(mail) })),
      stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
    };
  },
};

function keyOf(mail: string): string {
  return /^X-Harbinger-Key: (.*)$/im.exec(mail.replace(/\r\n[ \t]+/g, ' '))?.[1]?.trim() ?? '';
}

/** The text and identification of the mail, without the time of sending. */
function withoutTransport(mail: string): string {
  return mail.replace(/^Date: .*\r\n/im, '');
}
