// These tests count live tensors, and libtorch uses every core. Projects with RunsInParallel leave this file out.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
