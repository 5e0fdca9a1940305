import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  IMAGE_TOOL: {
    stage: 'cli',
    meaning: 'A tool that makes or proves an image is missing or has failed; the message has its words.',
    retried: 'No; the command can be given again.',
    remedy:
      'Run as root on Debian, install what the message names (`deploy/docs/image.md` has the list), and free some space.',
  },
  IMAGE_FULL: {
    stage: 'cli',
    meaning: 'The system of an image does not fit into its slot or its boot partition.',
    retried: 'No.',
    remedy:
      'Leave packages out in `deploy/image/root.mjs`, or make the sizes in `deploy/image/layout.mjs` larger.',
  },
});
