using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Tests.Settings;

public class StudyJsonTests
{
    private static readonly Gen<double> Number = ArbMap.Default.GeneratorFor<NormalFloat>().Select(value => value.Item);
    private static readonly Gen<int> Whole = Gen.Choose(0, int.MaxValue);
    private static readonly Gen<bool> Flag = Gen.Elements(true, false);

    // Without half surrogate pairs, which no study file can bring in.
    private static readonly Gen<string> Text = ArbMap
        .Default.GeneratorFor<UnicodeString>()
        .Select(value => string.Concat(value.Item.Where(c => !char.IsSurrogate(c))));

    private static readonly Gen<TrainingSettings> Training =
        from epochs in Whole
        from batch in Whole
        from optimizer in from name in Text
                          from nesterov in Flag
                          from n in Number.ArrayOf(5)
                          select new OptimizerSettings(name, n[0], nesterov, n[1], n[2], n[3], n[4])
        from schedule in from name in Text
                         from milestones in Whole.ArrayOf()
                         from gamma in Number
                         from warmup in Whole
                         select new ScheduleSettings(name, [.. milestones], gamma, warmup)
        from augment in from padding in Whole
                        from crop in Flag
                        from flip in Flag
                        select new AugmentSettings(padding, crop, flip)
        from loss in Gen.Elements(Enum.GetValues<Loss>())
        from mixup in Number
        from precision in Gen.Elements(Enum.GetValues<Precision>())
        from groups in (
            from match in Text
            from scale in Number
            from decay in Gen.OneOf(Gen.Constant((double?)null), Number.Select(d => (double?)d))
            from l2 in Number
            from toward in Text
            select new ParameterGroupSettings(match, scale, decay, l2, toward)
        ).ArrayOf()
        from keep in Whole.ArrayOf()
        from every in Whole
        from best in Flag
        select new TrainingSettings(
            epochs,
            batch,
            optimizer,
            schedule,
            augment,
            loss,
            mixup,
            precision,
            [.. groups],
            [.. keep],
            every,
            best
        );

    [Property]
    public Property Training_settings_read_back_as_they_were() => Prop.ForAll(Training.ToArbitrary(), training =>
        {
            var read = StudyJson.ReadTraining(JsonNode.Parse(StudyJson.Write(training).ToJsonString())!.AsObject());
            Assert.Equal(training.Keep, read.Keep);
            Assert.Equal(training.ParameterGroups, read.ParameterGroups);
            Assert.Equal(training.Schedule.Milestones, read.Schedule.Milestones);
            // The rest by the records' own equality, which compares arrays by reference.
            Assert.Equal(
                training,
                read with
                {
                    Keep = training.Keep,
                    ParameterGroups = training.ParameterGroups,
                    Schedule = read.Schedule with { Milestones = training.Schedule.Milestones },
                }
            );
        });

    [Property]
    public Property Image_settings_read_back_as_they_were() =>
        Prop.ForAll(
            (
                from size in Whole
                from mean in Number.ArrayOf(3)
                from deviation in Number.Where(d => d > 0).ArrayOf(3)
                from normalize in Gen.Elements(
                    Normalization.ImageNet,
                    Normalization.None,
                    new Normalization([.. mean], [.. deviation])
                )
                select new ImageSettings(size, size, normalize)
            ).ToArbitrary(),
            images =>
                Assert.Equal(
                    images,
                    JsonSerializer.Deserialize<ImageSettings>(StudyJson.Write(images).ToJsonString(), StudyJson.Options)
                )
        );

    [Fact]
    public void A_data_source_reads_back_as_it_was()
    {
        var source = new DataSource(
            "synthetic",
            "",
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("b", "1").Add("B", "2"),
            3
        );
        var read = StudyJson.ReadData(StudyJson.Write(source));

        Assert.Equal(source.Options, read.Options);
        Assert.Equal(["B", "b"], read.Options.Keys);
        Assert.Equal(source, read with { Options = source.Options });
    }

    [Fact]
    public void Names_and_words_are_those_of_the_study_file() =>
        Assert.Equal(
            """{"epochs":10,"batch_size":64,"optimizer":{"name":"sgd","momentum":0.9,"nesterov":false,"weight_decay":0,"beta1":0.9,"beta2":0.999,"epsilon":1E-08},"schedule":{"name":"constant","milestones":[],"gamma":0.1,"warmup_epochs":0},"augment":{"crop_padding":0,"resized_crop":false,"horizontal_flip":false},"loss":"binary_cross_entropy","mixup_alpha":0,"precision":"bfloat16","parameter_groups":[{"match":"bias","learning_rate_scale":0,"weight_decay":null,"l2":0.5,"l2_toward":"initial"}],"keep":[],"keep_every":0,"keep_best":false}""",
            StudyJson
                .Write(
                    TrainingSettings.Default with
                    {
                        Loss = Loss.BinaryCrossEntropy,
                        Precision = Precision.Bfloat16,
                        ParameterGroups = [new("bias", 0, null, 0.5, "initial")],
                    }
                )
                .ToJsonString()
        );

    [Fact]
    public void A_missing_or_unknown_member_is_an_error()
    {
        var json = StudyJson.Write(TrainingSettings.Default);
        json["epoch"] = 1;
        Assert.Throws<JsonException>(() => StudyJson.ReadTraining(json));
        json.Remove("epoch");
        json.Remove("keep");
        Assert.Throws<JsonException>(() => StudyJson.ReadTraining(json));
    }
}
