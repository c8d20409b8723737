/** The public names that the API promises, family by family, and those that a later issue brings. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names by the place where a user finds them: a namespace of `gradtape`, or an object. */
export const promised: Readonly<Record<string, readonly string[]>> = {
  gradtape: words(`
    tensor Tensor ops grad valueAndGrad Tape compile variable Variable setDevice seed clearSession defineOp debug model
    sequential input Model Layer modelFromJSON layers callbacks optimizers losses metrics initializers regularizers
    constraints activations data ensemble ShapeError ArgumentError FormatError FileError
    DeviceError NumericError GradientError`),
  'gradtape/node': words(`
    tensor ops grad compile model sequential input layers callbacks optimizers losses metrics data ensemble`),
  'gradtape/testing': words('gradcheck arbitraries opLaws layerLaws'),
  'gradtape/gpu': [],
  'gradtape/keras': words('saveModel loadModel saveWeights loadWeights toKeras fromKeras'),
  'gradtape/safetensors': words('readSafetensors writeSafetensors'),
  'gradtape/tune': words('createStudy samplers pruners crossValidate tuneModel'),
  ops: words(`
    add sub mul div pow maximum minimum neg abs sign exp log log1p expm1 sqrt rsqrt square sin cos tanh sigmoid softplus
    erf relu leakyRelu elu selu gelu silu clip equal greater less where
    sum mean max min prod argmax variance softmax logSoftmax matmul dot
    conv1d conv2d conv2dTranspose depthwiseConv1d depthwiseConv2d separableConv1d separableConv2d
    maxPool1d maxPool2d avgPool1d avgPool2d lstm gru simpleRnn batchNorm layerNorm
    reshape transpose concat split stack slice pad reverse tile gather scatterAdd oneHot dropout randomUniform
    randomNormal`),
  'tensor methods': words('add sub mul div pow tanh mean sum matmul reshape transpose relu sigmoid softmax'),
  'symbolic tensor methods': words('add sub mul div pow tanh mean sum matmul reshape transpose relu sigmoid softmax'),
  layers: words(`
    dense activation dropout flatten reshape permute repeatVector embedding masking lambda
    conv1d conv2d conv1dTranspose conv2dTranspose depthwiseConv1d depthwiseConv2d separableConv1d separableConv2d
    maxPooling1d maxPooling2d averagePooling1d averagePooling2d globalMaxPooling1d globalMaxPooling2d
    globalAveragePooling1d globalAveragePooling2d zeroPadding1d zeroPadding2d cropping1d cropping2d upSampling1d
    upSampling2d batchNormalization layerNormalization simpleRnn lstm gru bidirectional timeDistributed
    add subtract multiply average maximum minimum concatenate dot spatialDropout1d spatialDropout2d gaussianNoise
    gaussianDropout relu leakyRelu prelu elu softmax rescaling`),
  callbacks: words(`
    earlyStopping modelCheckpoint reduceLROnPlateau learningRateScheduler tensorBoard csvLogger backupAndRestore
    terminateOnNaN lambdaCallback progressBar history remoteMonitor swapEmaWeights snapshotEnsemble weightAveraging`),
  optimizers: words('sgd rmsprop adam adamw nadam adamax adagrad adadelta ftrl lion schedules'),
  'optimizers.schedules': words(`
    exponentialDecay piecewiseConstantDecay polynomialDecay inverseTimeDecay cosineDecay cosineDecayRestarts`),
  losses: words('meanSquaredError categoricalCrossentropy binaryCrossentropy sparseCategoricalCrossentropy huber'),
  metrics: words('precision recall auc f1Score r2Score topKCategoricalAccuracy confusionMatrix cosineSimilarity'),
  regularizers: words('l1 l2 l1l2 orthogonalRegularizer'),
  constraints: words('nonNeg maxNorm unitNorm minMaxNorm'),
  initializers: words(`
    zeros ones constant identity randomNormal truncatedNormal randomUniform varianceScaling glorotNormal glorotUniform
    heNormal heUniform lecunNormal lecunUniform orthogonal`),
  data: words('padSequences toCategorical trainTestSplit batches shuffle normalize'),
  model: words(`
    compile fit evaluate predict trainOnBatch testOnBatch predictOnBatch summary toDot toSvg getLayer layers inputs
    outputs weights trainableWeights nonTrainableWeights countParams getWeights setWeights resetState getConfig toJSON
    stopTraining addLoss name trainable`),
  layer: words('name trainable weights getWeights setWeights getConfig input output'),
  history: words('history epoch toSvg'),
  'compiled function': words('sync program'),
  program: words('toString flops arenaBytes bufferCount profile'),
  variable: words('assign read name shape'),
};

/** What is promised and not there yet, with the issue that brings it. This list only shrinks. */
export const later: Readonly<Record<string, number>> = {
  'gradtape/gpu': 7,
};
