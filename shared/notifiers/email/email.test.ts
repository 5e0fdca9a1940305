import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { EmailConfig } from './config.ts';
import { createEmail } from './email.ts';

let server: SMTPServer;
const mails: string[] = [];
afterEach(() => {
  mails.length = 0;
  return new Promise<void>((resolve) => server.close(() => resolve()));
});

async function startServer(options: SMTPServerOptions = {}): Promise<number> {
  server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onData(stream, _, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString());
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listening.once('listening', () => resolve()));
  return (listening.address() as { port: number }).port;
}

function email(port: number, options: Partial<EmailConfig> = {}, publicUrl?: string) {
  const value = {
    name: 'technicians',
    host: '127.0.0.1',
    port,
    security: 'none',
    from: 'harbinger@example.com',
    to: ['anna@example.com', 'ben@example.com'],
    timeoutMs: 5_000,
    ...options,
  };
  return createEmail(
    compileValidator(EmailConfig)(value, (problem) => new Error(problem)),
    { log: silentLog, publicUrl },
  );
}

const opened = notificationOf(predictionEvent('opened', 1));
const resolved = notificationOf(predictionEvent('resolved', 9), 'resolved');
const never = new AbortController().signal;
const header = (mail: string | undefined, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'im').exec((mail ?? '').replace(/\r\n[ \t]+/g, ' '))?.[1]?.trim();

describe('an e-mail', () => {
  it('is sent in plain text; a resend has the same Message-ID, and the mails of one alert share a thread', async () => {
    const notifier = email(await startServer());
    await notifier.notify(opened, never);
    await notifier.notify(opened, never);
    await notifier.notify(resolved, never);
    const [first, again, last] = mails;
    expect(header(first, 'Subject')).toBe(
      '[Harbinger] Warning: bearing wear on leeds/pump-1, 2026-03-01 10:01 UTC',
    );
    expect(header(last, 'Subject')).toBe(
      '[Harbinger] Resolved: bearing wear on leeds/pump-1, 2026-03-01 10:09 UTC',
    );
    expect(header(first, 'To')).toBe('anna@example.com, ben@example.com');
    expect(header(first, 'Message-ID')).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(header(again, 'Message-ID')).toBe(header(first, 'Message-ID'));
    expect(header(last, 'Message-ID')).not.toBe(header(first, 'Message-ID'));
    expect(header(last, 'References')).toBe(header(first, 'References'));
    expect(first).toContain('Vibration has doubled');
    await notifier.stop();
  });

  it('leads to the machine, with values in their units', async () => {
    const contributions = [{ sensor: 'bearing', share: 0.7, value: 81.25, unit: 'Cel' }];
    const event = predictionEvent('opened', 1, { contributions });
    const notifier = email(await startServer(), {}, 'https://harbinger.example');
    await notifier.notify(notificationOf(event), never);
    const text = mails[0]!.replaceAll('=\r\n', '').replaceAll('=C2=B0', '°').replaceAll('=3D', '=');
    expect(text).toContain('bearing: 70 %, now 81.3 °C');
    expect(text).toMatch(/More: https:\/\/harbinger\.example\/#\/machines\/leeds\/pump-1/);
    await notifier.stop();
  });

  it('is HTML too, with a picture within it, and a link that acknowledges what is open', async () => {
    const { port } = { port: await startServer() };
    const config = { name: 'technicians', host: '127.0.0.1', port, security: 'none' };
    const to = { from: 'harbinger@example.com', to: ['anna@example.com'], timeoutMs: 5_000 };
    const notifier = createEmail(
      compileValidator(EmailConfig)({ ...config, ...to }, (problem) => new Error(problem)),
      { log: silentLog, acknowledgeLink: ({ key }) => `https://h.example/acknowledge/${key.length}` },
    );
    await notifier.notify(opened, never);
    await notifier.notify(resolved, never);
    const [first, last] = mails.map((mail) => mail.replaceAll('=\r\n', '').replaceAll('=3D', '='));
    expect(first).toContain('Content-Type: multipart/alternative');
    expect(first).toContain('src="cid:remaining-life@harbinger"');
    expect(first).toMatch(/Content-Type: image\/png[\s\S]*iVBORw0KGgo/);
    expect(first).toContain(`Acknowledge it: https://h.example/acknowledge/${opened.key.length}`);
    expect(first).toContain(`href="https://h.example/acknowledge/${opened.key.length}"`);
    expect(last).not.toContain('acknowledge');
    await notifier.stop();
  });

  it('logs in', async () => {
    const seen: unknown[] = [];
    const port = await startServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth(auth, _, done) {
        seen.push(auth.password);
        done(auth.password === 'right' ? null : new Error('wrong'), { user: 1 });
      },
    });
    await email(port, { user: 'harbinger', password: 'right' }).notify(opened, never);
    expect(seen).toEqual(['right']);
    await expect(
      email(port, { user: 'harbinger', password: 'wrong' }).notify(opened, never),
    ).rejects.toMatchObject({
      retry: true,
    });
  });

  it('is not sent without TLS if TLS is required', async () => {
    const port = await startServer();
    await expect(email(port, { security: 'starttls' }).notify(opened, never)).rejects.toMatchObject({
      retry: true,
    });
    expect(mails).toEqual([]);
  });

  it('is confirmed if at least one recipient is accepted', async () => {
    const refuseBen: SMTPServerOptions['onRcptTo'] = (address, _, done) =>
      done(
        address.address.startsWith('ben') ? Object.assign(new Error('who?'), { responseCode: 550 }) : null,
      );
    await email(await startServer({ onRcptTo: refuseBen })).notify(opened, never);
    expect(mails).toHaveLength(1);
  });

  it.each([
    [550, false],
    [451, true],
  ])('that is refused with %i is tried again: %s', async (responseCode, retry) => {
    const port = await startServer({
      onRcptTo: (_, __, done) => done(Object.assign(new Error('no'), { responseCode })),
    });
    await expect(email(port).notify(opened, never)).rejects.toMatchObject({ retry });
  });

  it('is retried if there is no server', async () => {
    await startServer();
    await expect(email(1).notify(opened, never)).rejects.toMatchObject({
      retry: true,
      code: 'NOTIFY_FAILED',
    });
  });
});
