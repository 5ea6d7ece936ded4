using ChainRule.Conformance;
using ChainRule.Tests.Operators;
using Xunit.Abstractions;

namespace ChainRule.Tests.ConformanceTests;

/// <summary>What the conformance runner computes, and that all of it agrees with the golden cases.</summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    /// <summary>
    /// Every op done so far: one that disappears from the runner fails here; a new one joins the list.
    /// </summary>
    private const string Done = """
        activation: abs elu gelu glu hardsigmoid hardswish hardtanh leaky_relu log_softmax maxout mish prelu relu
        activation: selu silu softmax softplus softsign threshold
        autograd: gradient_penalty hessian hvp jacobian
        classic: adam_quadratic circuit_product circuit_sigmoid_neuron filter1d gd_named gd_quadratic kernel_ridge
        classic: kernel_ridge_bootstrap pca perceptron gru_by_hand lstm_by_hand
        classic: dbn_greedy dbn_up_pass rbm_cd rbm_conditionals rbm_exact rbm_free_energy
        layer: batch_norm1d batch_norm2d batch_norm3d dropout layer_norm linear
        layer: multihead_attention scaled_dot_product_attention transformer_encoder_layer
        layer: gru gru_cell lstm lstm_cell rnn rnn_cell
        layer: conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d
        layer: adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d avg_pool1d avg_pool2d avg_pool3d
        layer: adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d max_pool1d max_pool2d max_pool3d
        layer: group_norm instance_norm lcn_divisive lcn_subtractive local_contrast_norm local_response_norm
        layer: bilinear cosine_similarity embedding embedding_bag fold pixel_shuffle unfold
        layer: upsample_bilinear upsample_nearest
        layer: kmax_pool lenet_subsampling log_sum_exp_pool lp_pool1d lp_pool2d
        loss: bce bce_with_logits cosine_embedding cross_entropy ctc gaussian_nll hinge hinge_embedding huber kl_div l1
        loss: margin_ranking mse multi_label_margin multi_margin nll poisson_nll regularised_cross_entropy smooth_l1
        loss: soft_margin triplet_margin
        optimizer: adadelta adagrad adam adamax adamw clip_grad_norm clip_grad_value easgd lbfgs nadam radam rmsprop
        optimizer: rprop sgd
        scheduler: cosine_annealing_lr cosine_annealing_warm_restarts cyclic_lr exponential_lr lambda_lr linear_lr
        scheduler: multi_step_lr one_cycle_lr polynomial_lr reduce_lr_on_plateau step_lr warmup_then
        tensor: abs add argmax argmin ceil clamp concat cos cumsum div einsum erf exp expand expm1 flatten flip
        tensor: floor gather index_select log log1p logsumexp masked_fill matmul max maximum mean min minimum mul
        tensor: neg norm one_hot pad permute pow prod reciprocal reshape roll round rsqrt scatter_add sigmoid sign
        tensor: sin slice softplus sort split sqrt squeeze stack std sub sum tan tanh topk transpose tril triu trunc
        tensor: unsqueeze var where
        trajectory: iris_mlp lenet lstm_lm resnet softmax_regression transformer_classifier
        """;

    private static readonly string[] DoneOps =
    [
        .. from line in Done.Split('\n', StringSplitOptions.TrimEntries)
           let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let area = parts[0].TrimEnd(':')
           from op in parts.Skip(1)
           select $"{area}/{op}",
    ];

    /// <summary>Those that no row of an operator runs with its other checks.</summary>
    public static TheoryData<string> OpsWithoutRow { get; } =
        [.. DoneOps.Except(OpTable.All.SelectMany(r => r.Goldens))];

    [Fact]
    public void Runner_computes_exactly_the_ops_of_the_list() =>
        Assert.Equal(DoneOps.Order(StringComparer.Ordinal), Adapters.All.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_name_golden_cases_that_the_runner_computes() =>
        Assert.Empty(OpTable.All.SelectMany(r => r.Goldens).Except(DoneOps));

    [SharedTheory("goldens")]
    [MemberData(nameof(OpsWithoutRow))]
    public void Op_without_a_row_passes_all_its_cases(string op) => Goldens.AssertPass(op, output);
}
