import { createHash } from 'node:crypto';
import nodemailer from 'nodemailer';
import { HarbingerError, messageOf } from '../../runtime/errors.ts';
import { dateTimeText } from '../../words/times.ts';
import { alertTextOf } from '../alert-text.ts';
import { readCaFile } from '../ca-file.ts';
import type { AlertNotification, Notification, Notifier, NotifierDeps } from '../notifier.ts';
import { pageLink } from '../page-link.ts';
import type { EmailConfig } from './config.ts';
import { type MailLinks, mailHtml } from './html/mail-html.ts';

/**
 * Sends a mail, as plain text and as HTML, through an SMTP server. The notification is confirmed when the server accepts the message.
 */
export function createEmail(
  config: EmailConfig,
  deps: Pick<NotifierDeps, 'log' | 'publicUrl' | 'acknowledgeLink'>,
): Notifier {
  const transport = nodemailer.createTransport({
    host: config.host,
    port: config.port,
    secure: config.security === 'tls',
    requireTLS: config.security === 'starttls',
    ignoreTLS: config.security === 'none',
    ...(config.user !== undefined && { auth: { user: config.user, pass: config.password ?? '' } }),
    tls: readCaFile(config),
    connectionTimeout: config.timeoutMs,
    greetingTimeout: config.timeoutMs,
    socketTimeout: config.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const linksOf = (notification: Notification): MailLinks => ({
    page: pageLink(config.link ?? deps.publicUrl, notification),
    acknowledge: canAcknowledge(notification) ? deps.acknowledgeLink?.(notification) : undefined,
  });
  return {
    name: config.name,
    async notify(notification) {
      const sent = await transport
        .sendMail(mailOf(config, notification, linksOf(notification)))
        .catch((error: unknown) => {
          throw failureOf(config, error);
        });
      if (sent.rejected.length > 0) {
        deps.log.warn(
          { notifier: config.name, rejected: sent.rejected.length },
          'some mail addresses were refused',
        );
      }
    },
    async stop() {
      transport.close();
    },
  };
}

/**
 * Builds the mail. The Message-ID derives from the idempotency key, so a duplicate can be recognised. Mails of one
 * alert share a thread.
 */
function mailOf(config: EmailConfig, notification: Notification, links: MailLinks) {
  const said = alertTextOf(notification, links.page);
  const { headline, body } = said;
  const text = links.acknowledge === undefined ? body : `${body}\nAcknowledge it: ${links.acknowledge}\n`;
  const domain = config.from.slice(config.from.lastIndexOf('@') + 1);
  const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  const idOf = (text: string) => `<${digestOf(text)}@${domain}>`;
  const [alert = ''] = notification.key.split('/');
  return {
    messageId: idOf(notification.key),
    // A resend is the same mail, byte by byte.
    baseBoundary: digestOf(notification.key),
    references: idOf(`alert ${alert}`),
    from: config.from,
    to: config.to,
    subject: subjectOf(notification, headline),
    text,
    ...mailHtml(notification, said, links),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Harbinger-Key': notification.key },
  };
}

/** Mails arrive in any order and late: the subject says of which time it is, but where it has a span. */
function subjectOf({ event }: Notification, headline: string): string {
  const said = `[Harbinger] ${headline}`;
  const atMs = Date.parse(event.time);
  const hasSpan = 'until' in event.data && event.data.until !== undefined;
  return hasSpan || Number.isNaN(atMs) ? said : `${said}, ${dateTimeText(atMs)}`;
}

/** Only what is open waits for somebody. */
function canAcknowledge(notification: Notification): notification is AlertNotification {
  return notification.change === 'opened' || notification.change === 'updated';
}

/**
 * Converts a failure. A 5xx answer to the message or to all its addresses is final; one to greeting, TLS or login can
 * be corrected.
 */
function failureOf(config: EmailConfig, error: unknown): HarbingerError {
  const { responseCode, code } = (error ?? {}) as { responseCode?: unknown; code?: unknown };
  const refused =
    (code === 'EENVELOPE' || code === 'EMESSAGE') && typeof responseCode === 'number' && responseCode >= 500;
  return new HarbingerError(
    refused ? 'NOTIFY_REFUSED' : 'NOTIFY_FAILED',
    'alerts',
    `e-mail '${config.name}' through ${config.host}:${config.port}: ${messageOf(error)}`,
    { retry: !refused, cause: error },
  );
}
