import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  CERTS_EXISTS: {
    stage: 'cli',
    meaning: '`harbinger certs` would have replaced a key or a certificate; nothing was written.',
    retried: 'No.',
    remedy:
      'Renew the certificate (`harbinger certs renew`), choose another name or folder, or move the old files away.',
  },
  CERTS_UNREADABLE: {
    stage: 'cli',
    meaning:
      '`harbinger certs` cannot use a file of the folder: it is missing, damaged, or not what is needed.',
    retried: 'No.',
    remedy: 'Do what the message says; without a copy of a lost key of an authority, begin with a new one.',
  },
});
