import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MODEL_OUTPUT_INVALID: {
    stage: 'intelligence',
    meaning: 'A model has answered with something that is not a number. Its answer is not used.',
    retried: 'Yes, with the next batch.',
    remedy: 'Train it again with `harbinger models train`, then start the gateway again.',
  },
  MODEL_REFUSED_CONTRACT: {
    stage: 'intelligence',
    meaning:
      'Sensors that a model reads, their units, or the unit of life of the machine type have changed since the model was trained. The model is not used. Sensors that were added do not matter.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy:
      'Train it again with `harbinger models train`, then start the gateway again; or take the change of the machine type back.',
  },
  MODEL_REFUSED_HASH: {
    stage: 'intelligence',
    meaning:
      'A file of a model is not the one that its manifest names: it was changed or damaged. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Copy the model’s whole folder again from where it was trained, then start the gateway again.',
  },
  MODEL_REFUSED_MACHINE_TYPE: {
    stage: 'intelligence',
    meaning:
      'A model was trained for another machine type than the one that names it. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Correct `model` in the machine type, or train a model for it.',
  },
  MODEL_REFUSED_MANIFEST: {
    stage: 'intelligence',
    meaning: 'The manifest of a model is not sound, or does not describe its network. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Train or install the model anew with this version of Harbinger.',
  },
  MODEL_REFUSED_MISSING: {
    stage: 'intelligence',
    meaning: 'A file of a model is not there, or cannot be read. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Copy the model’s whole folder from where it was trained, then start the gateway again.',
  },
  MODEL_REFUSED_OUTPUT: {
    stage: 'intelligence',
    meaning: 'A model has answered a test with something that is not a number. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Train it again with `harbinger models train`, then start the gateway again.',
  },
  MODEL_REFUSED_SHAPE: {
    stage: 'intelligence',
    meaning:
      'The network of a model does not fit its inputs, or its window does not fit the machine type. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Train it again with `harbinger models train`, then start the gateway again.',
  },
  MODEL_REFUSED_SIZE: {
    stage: 'intelligence',
    meaning: 'A file of a model is larger than any model is. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'See whether it is a model at all; copy it anew.',
  },
  MODEL_REFUSED_KEY: {
    stage: 'intelligence',
    meaning: 'A model is signed with a key that the gateway does not know. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy:
      'If the key is one of yours, name it under `[[models.keys]]` of the gateway, then start it again; the message has the key as it is written there.',
  },
  MODEL_REFUSED_SIGNATURE: {
    stage: 'intelligence',
    meaning:
      'The signature of a model is not that of its files: they were changed after it was signed. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy:
      'Copy the model’s whole folder again from where it was signed; or, if the change was meant, sign it again with `harbinger models sign`.',
  },
  MODEL_REFUSED_UNSIGNED: {
    stage: 'intelligence',
    meaning: 'A model does not come with the product, and nobody has signed it. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy:
      'Sign it: `harbinger models keys create site` once, then `harbinger models sign FOLDER`; and name the key under `[[models.keys]]` of the gateway.',
  },
  MODEL_REFUSED_TRUNCATED: {
    stage: 'intelligence',
    meaning:
      'A file of a model is shorter than its manifest says: it was not copied completely. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Copy the model’s whole folder again from where it was trained, then start the gateway again.',
  },
  MODEL_REFUSED_TWICE: {
    stage: 'intelligence',
    meaning:
      'Two models of one name and version are not the same. The one in the site’s own folder counts; the other is not used.',
    retried: 'No.',
    remedy: 'Give one of the two another version, or remove it; then start the gateway again.',
  },
  MODEL_REFUSED_WEIGHTS: {
    stage: 'intelligence',
    meaning: 'A weight of a model is not a finite number. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Train it again with `harbinger models train`, then start the gateway again.',
  },
});
