"""Option sets of convolutions, pooling, padding and upsampling."""

from keras import layers

from .layer_case import LayerFamily

MASK = [[1, 1, 1, 1, 0, 0], [1, 0, 1, 1, 1, 1]]
"""A mask of two samples and six steps."""


def add_all(family, shape, options, base):
    for label, changes in options.items():
        given = changes.pop("shape", shape)
        family.add(label, [given], {**base, **changes})


def convolution():
    f = LayerFamily("conv1d", layers.Conv1D)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "causal": {"padding": "causal", "activation": "relu"},
        "strides": {"strides": 2},
        "strides, same": {"strides": 3, "padding": "same"},
        "strides, causal": {"strides": 2, "padding": "causal"},
        "dilation": {"dilation_rate": 2},
        "dilation, same": {"dilation_rate": 3, "padding": "same", "activation": "tanh"},
        "dilation, causal": {"dilation_rate": 2, "padding": "causal"},
        "groups": {"groups": 2, "shape": (2, 8, 4)},
        "one filter for each channel": {"groups": 4, "shape": (2, 8, 4), "padding": "same"},
        "no bias": {"use_bias": False},
        "width 1": {"kernel_size": 1},
        "even width, same": {"kernel_size": 4, "padding": "same"},
        "width of the input": {"kernel_size": 8},
        "regularizers": {"kernel_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l2"},
        "constraints": {"kernel_constraint": "max_norm", "bias_constraint": "non_neg"},
    }
    add_all(f, (2, 8, 3), options, {"filters": 4, "kernel_size": 3})
    f.add("drops the mask", [(2, 6, 3)], {"filters": 2, "kernel_size": 3, "padding": "same"}, masks=[MASK])
    yield f.family()
    f = LayerFamily("conv2d", layers.Conv2D)
    options = {
        "default": {},
        "same": {"padding": "same", "activation": "relu"},
        "odd windows": {"kernel_size": (3, 2)},
        "strides": {"strides": 2},
        "strides, same": {"strides": 2, "padding": "same"},
        "unequal strides": {"strides": (1, 2), "padding": "same", "activation": "tanh"},
        "dilation": {"dilation_rate": 2},
        "unequal dilation": {"dilation_rate": (2, 1), "padding": "same"},
        "groups": {"groups": 2, "shape": (2, 5, 5, 4)},
        "groups, dilation": {"groups": 2, "dilation_rate": 2, "padding": "same", "shape": (2, 5, 5, 4)},
        "no bias": {"use_bias": False},
        "one by one": {"kernel_size": 1, "strides": 2},
        "even window, same": {"kernel_size": 2, "padding": "same"},
        "window larger than the image, same": {"kernel_size": 7, "padding": "same", "shape": (2, 3, 3, 1)},
        "regularizers": {"kernel_regularizer": "l1", "bias_regularizer": "l2", "activity_regularizer": "l1"},
        "constraints": {"kernel_constraint": "unit_norm", "bias_constraint": "non_neg"},
    }
    add_all(f, (2, 6, 5, 2), options, {"filters": 4, "kernel_size": 3})
    yield f.family()


def transposed():
    f = LayerFamily("conv1d_transpose", layers.Conv1DTranspose)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "strides": {"strides": 2},
        "strides, same": {"strides": 2, "padding": "same", "activation": "relu"},
        "strides above the width": {"strides": 4, "kernel_size": 2},
        "output padding": {"strides": 2, "output_padding": 1},
        "output padding, same": {"strides": 3, "padding": "same", "output_padding": 2},
        "dilation": {"dilation_rate": 2},
        "no bias, even width": {"use_bias": False, "kernel_size": 4, "padding": "same", "strides": 2},
        "regularizer": {"kernel_regularizer": "l2", "bias_constraint": "non_neg"},
    }
    add_all(f, (2, 5, 3), options, {"filters": 2, "kernel_size": 3})
    yield f.family()
    f = LayerFamily("conv2d_transpose", layers.Conv2DTranspose)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "strides": {"strides": 2},
        "strides, same": {"strides": 2, "padding": "same", "activation": "relu"},
        "unequal strides": {"strides": (2, 1), "kernel_size": (2, 3)},
        "output padding": {"strides": 2, "output_padding": 1},
        "output padding, same": {"strides": 2, "padding": "same", "output_padding": (1, 0)},
        "dilation": {"dilation_rate": 2},
        "no bias, even window": {"use_bias": False, "kernel_size": 4, "padding": "same", "strides": 2},
        "regularizer": {"kernel_regularizer": "l2", "kernel_constraint": "max_norm"},
    }
    add_all(f, (2, 3, 4, 2), options, {"filters": 2, "kernel_size": 3})
    yield f.family()


def depthwise():
    f = LayerFamily("depthwise_conv1d", layers.DepthwiseConv1D)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "multiplier": {"depth_multiplier": 2, "activation": "relu"},
        "strides": {"strides": 2, "padding": "same", "depth_multiplier": 2},
        "dilation": {"dilation_rate": 2},
        "no bias": {"use_bias": False, "kernel_size": 2, "padding": "same"},
        "regularizer": {"depthwise_regularizer": "l2", "depthwise_constraint": "non_neg"},
    }
    add_all(f, (2, 7, 3), options, {"kernel_size": 3})
    yield f.family()
    f = LayerFamily("depthwise_conv2d", layers.DepthwiseConv2D)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "multiplier": {"depth_multiplier": 2, "activation": "relu"},
        "strides": {"strides": 2, "padding": "same", "depth_multiplier": 2},
        "dilation": {"dilation_rate": 2},
        "unequal windows": {"kernel_size": (2, 3)},
        "no bias": {"use_bias": False, "kernel_size": 2, "padding": "same"},
        "regularizer": {"depthwise_regularizer": "l2", "depthwise_constraint": "non_neg"},
    }
    add_all(f, (2, 6, 5, 3), options, {"kernel_size": 3})
    yield f.family()
    f = LayerFamily("separable_conv1d", layers.SeparableConv1D)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "multiplier": {"depth_multiplier": 2, "activation": "tanh"},
        "strides": {"strides": 2, "padding": "same"},
        "dilation": {"dilation_rate": 2},
        "no bias": {"use_bias": False, "kernel_size": 2},
        "regularizers": {"depthwise_regularizer": "l2", "pointwise_regularizer": "l1", "bias_regularizer": "l2"},
        "constraints": {"depthwise_constraint": "max_norm", "pointwise_constraint": "unit_norm"},
    }
    add_all(f, (2, 7, 3), options, {"filters": 4, "kernel_size": 3})
    yield f.family()
    f = LayerFamily("separable_conv2d", layers.SeparableConv2D)
    options = {
        "default": {},
        "same": {"padding": "same"},
        "multiplier": {"depth_multiplier": 2, "activation": "relu"},
        "strides": {"strides": 2, "padding": "same"},
        "dilation": {"dilation_rate": 2},
        "unequal windows": {"kernel_size": (3, 2), "padding": "same", "activation": "tanh"},
        "no bias": {"use_bias": False, "kernel_size": 2},
        "regularizers": {"depthwise_regularizer": "l2", "pointwise_regularizer": "l1", "bias_regularizer": "l2"},
        "constraints": {"depthwise_constraint": "max_norm", "pointwise_constraint": "unit_norm"},
    }
    add_all(f, (2, 5, 6, 3), options, {"filters": 4, "kernel_size": 3})
    yield f.family()


def pooling():
    for name, one, two in (
        ("max_pooling", layers.MaxPooling1D, layers.MaxPooling2D),
        ("average_pooling", layers.AveragePooling1D, layers.AveragePooling2D),
    ):
        f = LayerFamily(f"{name}1d", one)
        options = {
            "pool 2": {},
            "pool 3": {"pool_size": 3},
            "overlapping": {"pool_size": 3, "strides": 1},
            "same": {"pool_size": 3, "strides": 2, "padding": "same"},
            "same, pool 2": {"padding": "same", "shape": (2, 7, 3)},
            "strides above the pool": {"pool_size": 2, "strides": 3},
            "same, strides 1": {"pool_size": 4, "strides": 1, "padding": "same"},
        }
        add_all(f, (2, 8, 3), options, {"pool_size": 2})
        f.add("mask", [(2, 6, 2)], {"pool_size": 2}, masks=[MASK])
        yield f.family()
        f = LayerFamily(f"{name}2d", two)
        options = {
            "pool 2": {},
            "pool 3": {"pool_size": 3},
            "overlapping": {"pool_size": (3, 2), "strides": 1},
            "same": {"pool_size": 3, "strides": 2, "padding": "same"},
            "same, pool 2": {"padding": "same"},
            "unequal strides": {"pool_size": 2, "strides": (1, 3)},
            "same, strides 1": {"pool_size": 4, "strides": 1, "padding": "same"},
        }
        add_all(f, (2, 7, 6, 2), options, {"pool_size": 2})
        yield f.family()
    for name, one, two in (
        ("global_max_pooling", layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D),
        ("global_average_pooling", layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D),
    ):
        f = LayerFamily(f"{name}1d", one)
        f.add("default", [(2, 6, 3)])
        f.add("keepdims", [(2, 6, 3)], {"keepdims": True})
        f.add("one step", [(2, 1, 3)])
        f.add("mask", [(2, 6, 3)], masks=[MASK])
        f.add("mask, keepdims", [(2, 6, 3)], {"keepdims": True}, masks=[MASK])
        f.add("one channel", [(3, 5, 1)])
        if one is layers.GlobalAveragePooling1D:
            f.add("mask as argument", [(2, 6, 3)], mask_argument=MASK)
        yield f.family()
        f = LayerFamily(f"{name}2d", two)
        f.add("default", [(2, 4, 3, 2)])
        f.add("keepdims", [(2, 4, 3, 2)], {"keepdims": True})
        f.add("one pixel", [(2, 1, 1, 3)])
        f.add("one row", [(2, 1, 5, 3)])
        f.add("one channel", [(3, 4, 4, 1)])
        f.add("one sample, keepdims", [(1, 3, 5, 2)], {"keepdims": True})
        yield f.family()


def resizing():
    f = LayerFamily("zero_padding1d", layers.ZeroPadding1D)
    for label, padding in {"default": 1, "two": 2, "left": (3, 0), "right": (0, 2), "unequal": (1, 2), "none": 0}.items():
        f.add(label, [(2, 4, 3)], {"padding": padding})
    f.add("mask", [(2, 6, 3)], {"padding": (1, 2)}, masks=[MASK])
    yield f.family()
    f = LayerFamily("zero_padding2d", layers.ZeroPadding2D)
    for label, padding in {
        "default": 1,
        "two": 2,
        "rows and columns": (1, 2),
        "each side": ((1, 0), (2, 3)),
        "rows only": ((1, 1), (0, 0)),
        "none": 0,
    }.items():
        f.add(label, [(2, 3, 4, 2)], {"padding": padding})
    yield f.family()
    f = LayerFamily("cropping1d", layers.Cropping1D)
    for label, cropping in {"default": 1, "two": 2, "left": (3, 0), "right": (0, 2), "unequal": (1, 2), "none": 0}.items():
        f.add(label, [(2, 6, 3)], {"cropping": cropping})
    f.add("mask", [(2, 6, 3)], {"cropping": (1, 2)}, masks=[MASK])
    yield f.family()
    f = LayerFamily("cropping2d", layers.Cropping2D)
    for label, cropping in {
        "one": 1,
        "two": 2,
        "rows and columns": (1, 2),
        "each side": ((1, 0), (2, 1)),
        "rows only": ((2, 1), (0, 0)),
        "none": 0,
    }.items():
        f.add(label, [(2, 6, 7, 2)], {"cropping": cropping})
    yield f.family()
    f = LayerFamily("up_sampling1d", layers.UpSampling1D)
    for size in (1, 2, 3, 5):
        f.add(f"size {size}", [(2, 4, 3)], {"size": size})
    f.add("one step", [(2, 1, 3)], {"size": 4})
    f.add("default, one channel", [(3, 4, 1)])
    f.add("mask", [(2, 6, 3)], {"size": 2}, masks=[MASK])
    yield f.family()
    f = LayerFamily("up_sampling2d", layers.UpSampling2D)
    for interpolation in ("nearest", "bilinear"):
        for size in (1, 2, (3, 2), (1, 4)):
            f.add(f"{interpolation}, size {size}", [(2, 3, 4, 2)], {"size": size, "interpolation": interpolation})
        f.add(f"{interpolation}, one pixel", [(2, 1, 1, 3)], {"size": 3, "interpolation": interpolation})
    yield f.family()


def families():
    for part in (convolution, transposed, depthwise, pooling, resizing):
        yield from part()
