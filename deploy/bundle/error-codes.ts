import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BUNDLE_CONTENTS: {
    stage: 'cli',
    meaning:
      'Something that a bundle needs is not where `npm run bundle` looks for it, or does not say its licence.',
    retried: 'No; the command can be given again.',
    remedy: 'Run `npm ci` and the command again. If it is so again, correct what the message names.',
  },
  BUNDLE_DIFFERS: {
    stage: 'cli',
    meaning:
      'Two bundles of the same sources have other bytes, so that nobody can check one by making it again.',
    retried: 'No.',
    remedy: 'Compare the two folders in `.cache/bundle`, and find what depends on time, order or chance.',
  },
  BUNDLE_FETCH: {
    stage: 'cli',
    meaning: 'A package for a bundle could not be fetched from the npm registry, or is not the pinned one.',
    retried: 'No; the command can be given again.',
    remedy:
      'See to the network and give the command again. A digest that differs means another file: do not use it.',
  },
  BUNDLE_TOOL: {
    stage: 'cli',
    meaning: 'A tool that packs has failed; the message has its words.',
    retried: 'No; the command can be given again.',
    remedy: 'Install GNU tar and xz-utils, for packages dpkg, and free space on the disk.',
  },
});
