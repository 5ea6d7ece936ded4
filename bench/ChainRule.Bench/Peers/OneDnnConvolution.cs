using System.Runtime.InteropServices;
using ChainRule.Kernels.Convolution;

namespace ChainRule.Bench;

/// <summary>Which of the three passes of a convolution.</summary>
internal enum ConvolutionPass
{
    /// <summary>y from x and w.</summary>
    Forward,

    /// <summary>dx from dy and w.</summary>
    Data,

    /// <summary>dw from x and dy.</summary>
    Weights,
}

/// <summary>
/// One pass of a convolution by oneDNN (direct algorithm, no bias), which chooses the layout of every operand. Called
/// either as a framework of plain tensors calls it, with operands and result reordered from and to NCHW each time, or
/// on its own layouts alone.
/// </summary>
internal sealed unsafe class OneDnnConvolution : IDisposable
{
    // Numbers of the C header of version 2.
    private const int Cpu = 1, InOrder = 1, Float32 = 3, Training = 64, Direct = 1;
    private const int AnyLayout = 1, PlainOf4 = 5, PlainOf5 = 7;
    private const nint AllocateItself = -1;

    // The library's descriptors have 696 and 5,976 bytes in version 2.6; others of version 2 may differ.
    private const int DescriptorBytes = 2048, OperationBytes = 16384;

    private static readonly Place X = new(1, 129, 129, 130);
    private static readonly Place W = new(33, 161, 131, 132);
    private static readonly Place Y = new(17, 145, 133, 134);

    private readonly List<nint> _blocks = [];
    private readonly List<nint> _plans = [];
    private readonly List<nint> _memories = [];
    private readonly List<nint> _primitives = [];
    private readonly List<(nint Primitive, OneDnn.Argument[] Operands)> _before = [];
    private readonly List<(nint Primitive, OneDnn.Argument[] Operands)> _after = [];
    private readonly OneDnn.Argument[] _operands;
    private readonly nint _engine;
    private readonly nint _stream;
    private readonly nint _primitive;

    /// <param name="shape">Sizes; two-dimensional and not dilated.</param>
    /// <param name="pass">Which pass.</param>
    /// <param name="x">[N, C, H, W]; the result of <see cref="ConvolutionPass.Data"/>.</param>
    /// <param name="w">[OC, C / groups, KH, KW]; the result of <see cref="ConvolutionPass.Weights"/>.</param>
    /// <param name="y">[N, OC, OH, OW]; the result of <see cref="ConvolutionPass.Forward"/>.</param>
    public OneDnnConvolution(in ConvolutionShape shape, ConvolutionPass pass, float* x, float* w, float* y)
    {
        OneDnn.Check(OneDnn.CreateEngine(out _engine, Cpu, 0), "dnnl_engine_create");
        OneDnn.Check(OneDnn.CreateStream(out _stream, _engine, InOrder), "dnnl_stream_create");
        int groups = shape.Groups;
        Extent input = shape.Input, output = shape.Output, kernel = shape.Kernel;
        long[] xSizes = [shape.Batch, shape.InputChannels, input.H, input.W];
        long[] ySizes = [shape.Batch, shape.OutputChannels, output.H, output.W];
        long[] wSizes = groups == 1
            ? [shape.OutputChannels, shape.InputChannels, kernel.H, kernel.W]
            : [groups, shape.OutputPerGroup, shape.InputPerGroup, kernel.H, kernel.W];
        nint plan = Plan(shape, pass, xSizes, wSizes, ySizes);
        _primitive = Primitive(plan);

        Operand xs = Bind(
            plan, X, xSizes, x, isGradient: pass == ConvolutionPass.Data, isResult: pass == ConvolutionPass.Data);
        Operand ws = Bind(
            plan, W, wSizes, w, isGradient: pass == ConvolutionPass.Weights, isResult: pass == ConvolutionPass.Weights);
        Operand ys = Bind(
            plan, Y, ySizes, y, isGradient: pass != ConvolutionPass.Forward, isResult: pass == ConvolutionPass.Forward);
        _operands = [xs.Argument, ws.Argument, ys.Argument];
        Layouts = string.Concat(
            new[] { ("x", xs), ("w", ws), ("y", ys) }.Where(o => o.Item2.IsReordered).Select(o => o.Item1));
        RunPlain();                                                  // fills the operands in the library's layouts
    }

    /// <summary>Which of x, w and y have another layout inside the library than outside.</summary>
    public string Layouts { get; }

    /// <summary>With reorders from and to the plain layouts.</summary>
    public void RunPlain()
    {
        foreach ((nint primitive, OneDnn.Argument[] operands) in _before) Execute(primitive, operands);
        Execute(_primitive, _operands);
        foreach ((nint primitive, OneDnn.Argument[] operands) in _after) Execute(primitive, operands);
        OneDnn.Check(OneDnn.Wait(_stream), "dnnl_stream_wait");
    }

    /// <summary>The convolution alone, on the library's layouts.</summary>
    public void RunBlocked()
    {
        Execute(_primitive, _operands);
        OneDnn.Check(OneDnn.Wait(_stream), "dnnl_stream_wait");
    }

    public void Dispose()
    {
        foreach (nint primitive in _primitives) OneDnn.DestroyPrimitive(primitive);
        foreach (nint memory in _memories) OneDnn.DestroyMemory(memory);
        foreach (nint plan in _plans) OneDnn.DestroyPlan(plan);
        foreach (nint block in _blocks) NativeMemory.Free((void*)block);
        OneDnn.DestroyStream(_stream);
        OneDnn.DestroyEngine(_engine);
    }

    private nint Plan(in ConvolutionShape s, ConvolutionPass pass, long[] xSizes, long[] wSizes, long[] ySizes)
    {
        if (s.Input.D != 1 || s.Dilation != Extent.One)
            throw new NotSupportedException("two dimensions, not dilated, are compared.");
        void* x = Describe(xSizes, AnyLayout), w = Describe(wSizes, AnyLayout), y = Describe(ySizes, AnyLayout);
        long* strides = stackalloc long[] { s.Stride.H, s.Stride.W };
        long* padding = stackalloc long[] { s.Padding.H, s.Padding.W };
        void* operation = Block(OperationBytes);
        OneDnn.Check(
            OneDnn.DescribeForward(operation, Training, Direct, x, w, null, y, strides, padding, padding),
            "dnnl_convolution_forward_desc_init");
        nint forward = Planned(operation, 0);
        if (pass == ConvolutionPass.Forward) return forward;
        operation = Block(OperationBytes);
        OneDnn.Check(
            pass == ConvolutionPass.Data
                ? OneDnn.DescribeData(operation, Direct, x, w, y, strides, padding, padding)
                : OneDnn.DescribeWeights(operation, Direct, x, w, null, y, strides, padding, padding),
            "dnnl_convolution_backward_desc_init");
        return Planned(operation, forward);
    }

    private nint Planned(void* operation, nint forwardHint)
    {
        OneDnn.Check(OneDnn.Plan(out nint plan, operation, 0, _engine, forwardHint), "dnnl_primitive_desc_create");
        _plans.Add(plan);
        return plan;
    }

    /// <summary>
    /// An operand in the layout of the plan, and a reorder between that and the plain one where they differ.
    /// </summary>
    private Operand Bind(nint plan, Place which, long[] sizes, float* data, bool isGradient, bool isResult)
    {
        void* plain = Describe(sizes, sizes.Length == 4 ? PlainOf4 : PlainOf5);
        void* own = OneDnn.DescriptorOf(plan, isGradient ? which.GradientQuery : which.Query, 0);
        int role = isGradient ? which.GradientRole : which.Role;
        nint outside = Memory(plain, data);
        if (OneDnn.AreEqual(plain, own) != 0) return new Operand(new() { Role = role, Memory = outside }, false);

        nint inside = Memory(own, (void*)AllocateItself);
        void* from = isResult ? own : plain;
        void* to = isResult ? plain : own;
        OneDnn.Check(
            OneDnn.PlanReorder(out nint reorder, from, _engine, to, _engine, 0), "dnnl_reorder_primitive_desc_create");
        _plans.Add(reorder);
        OneDnn.Argument[] operands =
        [
            new() { Role = 1, Memory = isResult ? inside : outside },
            new() { Role = 17, Memory = isResult ? outside : inside },
        ];
        (isResult ? _after : _before).Add((Primitive(reorder), operands));
        return new Operand(new() { Role = role, Memory = inside }, true);
    }

    private nint Primitive(nint plan)
    {
        OneDnn.Check(OneDnn.CreatePrimitive(out nint primitive, plan), "dnnl_primitive_create");
        _primitives.Add(primitive);
        return primitive;
    }

    private nint Memory(void* descriptor, void* data)
    {
        OneDnn.Check(OneDnn.CreateMemory(out nint memory, descriptor, _engine, data), "dnnl_memory_create");
        _memories.Add(memory);
        return memory;
    }

    private void* Describe(long[] sizes, int layout)
    {
        void* descriptor = Block(DescriptorBytes);
        fixed (long* dims = sizes)
            OneDnn.Check(
                OneDnn.Describe(descriptor, sizes.Length, dims, Float32, layout), "dnnl_memory_desc_init_by_tag");
        return descriptor;
    }

    private void* Block(int bytes)
    {
        void* block = NativeMemory.AllocZeroed((nuint)bytes);
        _blocks.Add((nint)block);
        return block;
    }

    private void Execute(nint primitive, OneDnn.Argument[] operands)
    {
        fixed (OneDnn.Argument* arguments = operands)
            OneDnn.Check(OneDnn.Execute(primitive, _stream, operands.Length, arguments), "dnnl_primitive_execute");
    }

    /// <summary>The header's numbers for one tensor of a convolution and for its gradient.</summary>
    private readonly record struct Place(int Role, int GradientRole, int Query, int GradientQuery);

    private readonly record struct Operand(OneDnn.Argument Argument, bool IsReordered);
}
