"""The models whose files are kept: what people saved with Keras 2, at small sizes."""

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

optimizers = keras.optimizers
legacy = keras.optimizers.legacy


def plain():
    return keras.Sequential(
        [
            layers.Dense(5, activation="relu", input_shape=(4,), name="hidden"),
            layers.Dense(3, activation="softmax", name="end"),
        ],
        name="plain",
    )


def convolutional():
    return keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", padding="same", input_shape=(6, 6, 2)),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            layers.Conv2D(3, (2, 1), strides=(1, 2), dilation_rate=1, use_bias=False),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )


def residual():
    x = keras.Input((5,), name="x")
    a = layers.Dense(5, activation="tanh", name="a")(x)
    b = layers.Dense(5, activation="selu", name="b")(a)
    joined = layers.Concatenate(name="joined")([layers.Add(name="sum")([a, b]), layers.Multiply(name="product")([b, x])])
    return keras.Model(x, layers.Dense(2, name="end")(joined), name="residual")


def siamese():
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    shared = layers.Dense(4, activation="tanh", name="shared")
    closeness = layers.Dot(axes=1, normalize=True, name="closeness")([shared(left), shared(right)])
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid", name="end")(closeness))


def lstm():
    return keras.Sequential(
        [
            layers.Embedding(12, 3, mask_zero=True, input_length=5),
            layers.LSTM(4, return_sequences=True),
            layers.LSTM(3, go_backwards=True),
            layers.Dense(2),
        ]
    )


def gru():
    return keras.Sequential([layers.GRU(4, input_shape=(None, 3)), layers.Dense(2)])


def gru_reset_before():
    return keras.Sequential(
        [layers.GRU(4, reset_after=False, return_sequences=True, input_shape=(5, 3)), layers.SimpleRNN(2)]
    )


def hard_sigmoid():
    x = keras.Input((5, 3))
    y = layers.LSTM(4, recurrent_activation="hard_sigmoid", return_sequences=True)(x)
    y = layers.GRU(3, recurrent_activation="hard_sigmoid", reset_after=False)(y)
    return keras.Model(x, layers.Dense(2, activation="hard_sigmoid")(y))


def bidirectional():
    x = keras.Input((None, 3))
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(x)
    y = layers.Bidirectional(layers.GRU(2), merge_mode="sum")(y)
    return keras.Model(x, layers.Dense(2)(y))


def time_distributed():
    x = keras.Input((5, 4))
    y = layers.TimeDistributed(layers.Dense(3, activation="relu"), name="each")(x)
    y = layers.Conv1D(4, 3, padding="causal", activation="relu")(y)
    y = layers.MaxPooling1D(2)(y)
    return keras.Model(x, layers.GlobalMaxPooling1D()(y))


def separable():
    return keras.Sequential(
        [
            layers.SeparableConv2D(4, 3, activation="relu", depth_multiplier=2, input_shape=(7, 7, 2)),
            layers.DepthwiseConv2D(2, strides=2, depth_multiplier=2),
            layers.GlobalAveragePooling2D(),
            layers.Reshape((8, 1)),
            layers.SeparableConv1D(3, 2),
            layers.AveragePooling1D(2),
            layers.Flatten(),
        ]
    )


def upwards():
    return keras.Sequential(
        [
            layers.Conv2DTranspose(3, 3, strides=2, padding="same", input_shape=(4, 4, 2)),
            layers.UpSampling2D(2),
            layers.ZeroPadding2D(((1, 0), (2, 1))),
            layers.Cropping2D(((3, 2), (1, 4))),
            layers.AveragePooling2D(2, padding="same"),
            layers.Conv2D(1, 1),
        ]
    )


def nested():
    a = keras.Input((3,), name="a")
    inner = keras.Model(a, layers.Dense(3, activation="tanh", name="inner_dense")(a), name="inner")
    stack = keras.Sequential([layers.Dense(3, input_shape=(3,)), layers.BatchNormalization()], name="stack")
    late = keras.Sequential([layers.Dense(2, name="late_dense")], name="late")
    x = keras.Input((3,), name="x")
    y = inner(stack(inner(x)))
    return keras.Model(x, [late(layers.Add()([y, stack(x)])), y], name="outer")


def twice():
    """A model that stands inside twice, whose second call is an output."""
    a = keras.Input((3,))
    inner = keras.Model(a, layers.Dense(3, activation="tanh")(a), name="inner")
    x = keras.Input((3,))
    return keras.Model(x, inner(inner(x)))


def several():
    text = keras.Input((None,), dtype="int32", name="text")
    extra = keras.Input((4,), name="extra")
    h = layers.LSTM(4)(layers.Embedding(10, 3)(text))
    h = layers.concatenate([h, extra])
    age = layers.Dense(1, name="age")(h)
    income = layers.Dense(3, activation="softmax", name="income")(h)
    return keras.Model([text, extra], [age, income])


def norms():
    x = keras.Input((6, 4))
    y = layers.BatchNormalization(scale=False, epsilon=1e-2, momentum=0.9)(x)
    y = layers.LayerNormalization()(y)
    y = layers.Dense(4, name="frozen", trainable=False)(y)
    y = layers.BatchNormalization(axis=1, center=False)(y)
    return keras.Model(x, layers.Flatten()(y))


def activations():
    x = keras.Input((6,))
    y = layers.LeakyReLU(alpha=0.2)(layers.Dense(6)(x))
    y = layers.PReLU()(layers.Dense(6)(y))
    y = layers.ELU(0.7)(layers.Dense(6, activation="swish")(y))
    y = layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.05)(layers.Dense(6, activation="gelu")(y))
    y = layers.Activation("softplus")(y)
    return keras.Model(x, layers.Softmax()(y))


def encoder_decoder():
    source = keras.Input((None, 3), name="source")
    target = keras.Input((None, 2), name="target")
    _, h, c = layers.LSTM(4, return_state=True, name="encoder")(source)
    decoded = layers.LSTM(4, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    _, g = layers.GRU(3, return_state=True, name="second_encoder")(source)
    more = layers.GRU(3, return_sequences=True, name="second_decoder")(target, initial_state=g)
    return keras.Model([source, target], layers.TimeDistributed(layers.Dense(2))(layers.concatenate([decoded, more])))


def arithmetic():
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, name="a")(x)
    z = tf.nn.relu(x + y * 2.0) - 0.5
    z = z - tf.reduce_mean(z, axis=1, keepdims=True)
    return keras.Model(x, layers.Dense(2, name="b")(z / (tf.exp(y) + 1.0)))


def options():
    return keras.Sequential(
        [
            layers.InputLayer((4,), batch_size=4),
            layers.Dense(
                5,
                kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
                bias_initializer=keras.initializers.Constant(0.2),
                kernel_regularizer=keras.regularizers.l1_l2(0.01, 0.02),
                activity_regularizer="l2",
                kernel_constraint=keras.constraints.MaxNorm(1.5),
            ),
            layers.GaussianNoise(0.1),
            layers.GaussianDropout(0.2),
            layers.AlphaDropout(0.1),
            layers.ActivityRegularization(l1=0.01),
            layers.Dense(2, kernel_initializer="he_normal", kernel_constraint="non_neg", use_bias=False),
        ]
    )


def steps():
    x = keras.Input((5, 4))
    y = layers.Masking(0.0)(x)
    y = layers.SimpleRNN(3, return_sequences=True)(y)
    y = layers.SpatialDropout1D(0.3)(y)
    y = layers.Permute((2, 1))(y)
    y = layers.Conv1DTranspose(2, 3)(y)
    y = layers.UpSampling1D(2)(layers.ZeroPadding1D(1)(y))
    y = layers.Cropping1D((1, 2))(y)
    y = layers.GlobalAveragePooling1D()(y)
    return keras.Model(x, layers.Flatten()(layers.RepeatVector(3)(y)))


def single_list():
    """A list of one input, and merges of all kinds."""
    x = keras.Input((4,))
    a, b = layers.Dense(3)(x), layers.Dense(3)(x)
    merged = [kind()([a, b]) for kind in (layers.Subtract, layers.Average, layers.Maximum, layers.Minimum)]
    return keras.Model([x], layers.concatenate(merged, axis=1))


def compiled(optimizer, loss="mse", **more):
    return lambda: {"optimizer": optimizer(), "loss": loss, **more}


def plain_tf_keras():
    """Keras 2 as its successor package has it."""
    import tf_keras

    return tf_keras.Sequential([tf_keras.layers.Dense(3, activation="relu", input_shape=(4,)), tf_keras.layers.Dense(2)])


# Without Nadam: Keras 2 multiplies its product of momentums once or several times a step, as it was traced.
CASES = [
    {"name": "plain_tf_keras", "model": plain_tf_keras},
    {"name": "plain", "model": plain, "compile": compiled(optimizers.Adam, "categorical_crossentropy", metrics=["accuracy"])},
    {"name": "plain_uncompiled", "model": plain},
    {"name": "plain_schedule", "model": plain, "compile": compiled(
        lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.01, 2, 0.5)), metrics=["mae"])},
    {"name": "plain_adamw", "model": plain, "compile": compiled(lambda: optimizers.AdamW(0.01, weight_decay=0.1))},
    {"name": "plain_amsgrad", "model": plain, "compile": compiled(lambda: optimizers.Adam(0.01, amsgrad=True, clipnorm=1.0))},
    {"name": "plain_ftrl", "model": plain, "compile": compiled(lambda: optimizers.Ftrl(0.1, l1_regularization_strength=0.01))},
    {"name": "plain_legacy_adam", "model": plain, "compile": compiled(lambda: legacy.Adam(0.01, decay=0.1))},
    {"name": "plain_legacy_amsgrad", "model": plain, "compile": compiled(lambda: legacy.Adam(0.01, amsgrad=True))},
    {"name": "plain_legacy_sgd", "model": plain, "compile": compiled(lambda: legacy.SGD(0.1, momentum=0.9, nesterov=True))},
    {"name": "plain_legacy_rmsprop", "model": plain, "compile": compiled(
        lambda: legacy.RMSprop(0.01, momentum=0.5, centered=True))},
    {"name": "plain_legacy_adagrad", "model": plain, "compile": compiled(lambda: legacy.Adagrad(0.1))},
    {"name": "plain_legacy_adadelta", "model": plain, "compile": compiled(lambda: legacy.Adadelta(1.0))},
    {"name": "plain_legacy_adamax", "model": plain, "compile": compiled(lambda: legacy.Adamax(0.01))},
    {"name": "plain_weights", "model": plain, "how": "weights"},
    {"name": "plain_json", "model": plain, "how": "json", "kind": "txt"},
    {"name": "convolutional", "model": convolutional},
    {"name": "convolutional_weights", "model": convolutional, "how": "weights"},
    {"name": "residual", "model": residual, "compile": compiled(lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True))},
    {"name": "siamese", "model": siamese, "compile": compiled(lambda: optimizers.Adagrad(0.1), "binary_crossentropy")},
    {"name": "lstm", "model": lstm, "integers": True, "compile": compiled(lambda: optimizers.Adamax(0.01))},
    {"name": "gru", "model": gru, "compile": compiled(lambda: optimizers.RMSprop(0.01), "mae", metrics=["mse"])},
    {"name": "gru_reset_before", "model": gru_reset_before},
    {"name": "hard_sigmoid", "model": hard_sigmoid},
    {"name": "bidirectional", "model": bidirectional, "compile": compiled(lambda: optimizers.Adadelta(1.0))},
    {"name": "time_distributed", "model": time_distributed},
    {"name": "separable", "model": separable},
    {"name": "upwards", "model": upwards},
    {"name": "nested", "model": nested, "compile": compiled(
        lambda: optimizers.RMSprop(0.01, momentum=0.5, centered=True), ["mse", "mae"], loss_weights=[1.0, 0.5])},
    {"name": "nested_weights", "model": nested, "how": "weights"},
    {"name": "twice", "model": twice},
    {"name": "several", "model": several, "compile": compiled(
        lambda: optimizers.Adam(0.01), {"age": "mse", "income": keras.losses.CategoricalCrossentropy(label_smoothing=0.1)},
        loss_weights={"age": 0.5, "income": 2.0}, metrics={"age": ["mae"], "income": ["acc"]})},
    {"name": "norms", "model": norms},
    {"name": "activations", "model": activations},
    {"name": "encoder_decoder", "model": encoder_decoder},
    {"name": "arithmetic", "model": arithmetic},
    {"name": "options", "model": options},
    {"name": "steps", "model": steps},
    {"name": "single_list", "model": single_list},
    {"name": "plain_v3", "model": plain, "kind": "keras", "compile": compiled(lambda: optimizers.Adam(0.01))},
    {"name": "residual_v3", "model": residual, "kind": "keras"},
    {"name": "bidirectional_v3", "model": bidirectional, "kind": "keras"},
    {"name": "nested_v3", "model": nested, "kind": "keras"},
]
