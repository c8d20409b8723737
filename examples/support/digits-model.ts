/** The model of the digits: convolutions and separable convolutions with batch normalization. */
import * as gt from 'gradtape';

const { layers } = gt;

/** Batch normalization needs no bias before it; its averages follow quickly, because the training is short. */
export function digitsModel(): gt.Model<'digit'> {
  const image = gt.input([28, 28, 1], { name: 'image' });
  let x = layers.conv2d(16, 5, { strides: 2, padding: 'same', useBias: false })(image);
  x = layers.batchNormalization({ momentum: 0.9 })(x);
  x = layers.activation('relu')(x);
  x = layers.separableConv2d(32, 3, { useBias: false })(x);
  x = layers.batchNormalization({ momentum: 0.9 })(x);
  x = layers.activation('relu')(x);
  x = layers.maxPooling2d(2)(x);
  x = layers.separableConv2d(64, 3, { useBias: false })(x);
  x = layers.batchNormalization({ momentum: 0.9 })(x);
  x = layers.activation('relu')(x);
  x = layers.dropout(0.3)(layers.flatten()(x));
  const digit = layers.dense(10, { activation: 'softmax', name: 'digit' })(x);
  const net = gt.model(image, digit, { name: 'digits' });
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 4e-3 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}
