"""Parts of networks without time: perceptrons, convolutions, dueling heads, target networks …"""

from memorylab.networks.convolution import Conv2dHeadModel, Conv2dModel, conv2d_output_shape
from memorylab.networks.dueling import DuelingHeadModel
from memorylab.networks.gradient_scaling import ScaleGrad, clamp_parameter, scale_grad
from memorylab.networks.leading_dims import infer_leading_dims, restore_leading_dims
from memorylab.networks.mlp import NONLINEARITIES, MlpModel
from memorylab.networks.positional_encoding import positional_encoding
from memorylab.networks.target_network import strip_ddp_state_dict, update_state_dict

__all__ = [
    "NONLINEARITIES",
    "Conv2dHeadModel",
    "Conv2dModel",
    "DuelingHeadModel",
    "MlpModel",
    "ScaleGrad",
    "clamp_parameter",
    "conv2d_output_shape",
    "infer_leading_dims",
    "positional_encoding",
    "restore_leading_dims",
    "scale_grad",
    "strip_ddp_state_dict",
    "update_state_dict",
]
